import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freePort } from '../broker/free-port.js';
import { ProxyThread } from './proxy-thread.js';

const PATIENCE_MS = 5000;

/** Sends back what it gets. */
const ECHO = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer(socket => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Sets the first number when its byte is back, or to 2 when its connection is reset. */
const CLIENT = `
  const { workerData: { port, shared } } = require('node:worker_threads');
  const tell = outcome => { Atomics.store(shared, 0, outcome); Atomics.notify(shared, 0); };
  const socket = require('node:net').connect(port, '127.0.0.1', () => socket.write('x'));
  socket.on('data', () => tell(1)).on('error', () => tell(2));
`;

describe('proxies on a thread of their own', () => {
  let echo: Worker;
  let thread: ProxyThread;
  let port: number;
  let client: Worker;

  beforeEach(async () => {
    echo = new Worker(ECHO, { eval: true });
    const [target] = (await once(echo, 'message')) as [number];
    port = await freePort();
    thread = await ProxyThread.start([{ port, target }]);
  });

  afterEach(async () => {
    await Promise.all([thread.close(), echo.terminate(), client.terminate()]);
  });

  /** This thread does nothing else until the client has an outcome. */
  function outcome(): number {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    client = new Worker(CLIENT, { eval: true, workerData: { port, shared } });
    Atomics.wait(shared, 0, 0, PATIENCE_MS);
    return shared[0] ?? 0;
  }

  it('pass connections on while this thread is busy', () => {
    assert.equal(outcome(), 1);
  });

  it('do to connections what they are told', () => {
    thread.proxies[0]?.disturb({ kind: 'cut' });
    assert.equal(outcome(), 2);
  });
});
