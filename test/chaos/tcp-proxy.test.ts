import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../broker/free-port.js';
import { TcpProxy } from './tcp-proxy.js';

describe('the TCP proxy', () => {
  let server: Server;
  let serverPort: number;
  let port: number;
  let proxy: TcpProxy;
  /** Connections that came to the server. */
  let arrived: Socket[];
  const clients: Socket[] = [];

  beforeEach(async () => {
    arrived = [];
    // Says everything back.
    server = createServer(socket => {
      arrived.push(socket);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    serverPort = await freePort();
    server.listen(serverPort, '127.0.0.1');
    await once(server, 'listening');
    port = await freePort();
    proxy = await TcpProxy.listen(port, () => serverPort);
  });

  afterEach(async () => {
    for (const socket of [...clients.splice(0), ...arrived]) socket.destroy();
    await proxy.close();
    server.close();
  });

  /** A connection that may fail. */
  const begun = (): Socket => {
    const socket = connect(port, '127.0.0.1');
    clients.push(socket);
    socket.on('error', () => undefined);
    return socket;
  };
  const client = async (): Promise<Socket> => {
    const socket = begun();
    await once(socket, 'connect');
    return socket;
  };
  const echoed = async (socket: Socket, bytes: Buffer): Promise<Buffer> => {
    socket.write(bytes);
    let got = Buffer.alloc(0);
    while (got.length < bytes.length) got = Buffer.concat([got, ((await once(socket, 'data')) as [Buffer])[0]]);
    return got;
  };
  /** Resolves when the connection has ended, however. */
  const closed = (socket: Socket): Promise<unknown> =>
    socket.closed ? Promise.resolve() : new Promise(resolve => socket.once('close', resolve));

  it('passes on what is sent, both ways and in order', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251));
    const [one, other] = [await client(), await client()];
    const [back] = await Promise.all([echoed(one, bytes), echoed(other, Buffer.from('other'))]);
    assert.ok(back.equals(bytes));
  });

  it('ends the one connection when the other has ended', async () => {
    const socket = await client();
    await echoed(socket, Buffer.from('there'));
    socket.destroy();
    const [atServer] = arrived;
    assert.ok(atServer !== undefined);
    await closed(atServer);

    const next = await client();
    await echoed(next, Buffer.from('there'));
    arrived.at(-1)?.destroy();
    await closed(next);
  });

  it('ends the connection to it if nobody listens at its target', async () => {
    server.close();
    const socket = await client();
    await closed(socket);
  });

  it('resets connections when cut, new ones too, until it is free', async () => {
    const before = await client();
    await echoed(before, Buffer.from('there'));
    proxy.traffic = { kind: 'cut' };
    await closed(before);
    await closed(begun());
    assert.equal(arrived.length, 1);
    proxy.traffic = { kind: 'free' };
    assert.equal(String(await echoed(await client(), Buffer.from('again'))), 'again');
  });

  it('loses what is sent while half-open, without a word, and resets those connections afterwards', async () => {
    const before = await client();
    await echoed(before, Buffer.from('there'));
    proxy.traffic = { kind: 'halfOpen' };
    const during = await client();
    const heard: string[] = [];
    for (const socket of [before, during]) {
      socket.on('data', data => heard.push(String(data)));
      socket.write('lost');
    }
    const [atServer] = arrived;
    assert.ok(atServer !== undefined);
    atServer.on('data', data => heard.push(String(data)));
    atServer.write('lost too');
    await echoedByOther();
    assert.deepEqual(heard, []);
    assert.equal(before.closed || during.closed, false);
    proxy.traffic = { kind: 'free' };
    await Promise.all([closed(before), closed(during)]);
    assert.deepEqual(heard, []);
    assert.equal(String(await echoed(await client(), Buffer.from('again'))), 'again');
  });

  it('takes the time that a slow line takes', async () => {
    proxy.traffic = { kind: 'slow', bytesPerSecond: 100_000, latencyMs: 50 };
    const socket = await client();
    const startedAt = performance.now();
    await echoed(socket, Buffer.alloc(10_000));
    // Twice the latency and twice 100 ms for the bytes, there and back.
    const ms = performance.now() - startedAt;
    assert.ok(ms >= 290, `${ms}`);
  });

  /** By then what was sent before has been met: the same event loop serves both. */
  async function echoedByOther(): Promise<void> {
    const direct = connect(serverPort, '127.0.0.1');
    clients.push(direct);
    await once(direct, 'connect');
    for (let round = 0; round < 20; round++) await echoed(direct, Buffer.from('ping'));
  }
});
