import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafka from 'node-rdkafka';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { readAll } from '../broker/read-all.js';

const run = promisify(execFile);
const MODULE = new URL('../../streams/kafka/embedded-broker.js', import.meta.url).href;

type Done = (error: { readonly message: string } | null) => void;

function settled(call: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => call(error => (error ? reject(new Error(error.message)) : resolve())));
}

async function connectedProducer(address: string, config: Readonly<Record<string, string>>): Promise<kafka.Producer> {
  const producer = new kafka.Producer({ 'metadata.broker.list': address, ...config });
  await settled(done => producer.connect({ timeout: 10_000 }, error => done(error)));
  return producer;
}

function accepts(address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise(resolve => {
    const socket = connect(Number(port), host);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

describe('embedded broker', () => {
  let broker: EmbeddedBroker;

  before(async () => {
    broker = await startEmbeddedBroker();
  });

  after(() => broker.stop());

  it('hands what one client produces to another, with keys, timestamps and headers', async () => {
    const producer = await connectedProducer(broker.address, {});
    producer.produce('plain', 2, Buffer.from('one'), 'k', 1_700_000_000_000, undefined, [{ h: 'x' }]);
    producer.produce('plain', 2, null, 'k', 1_700_000_000_001);
    await settled(done => producer.flush(10_000, done));
    await settled(done => producer.disconnect(done));

    const records = await readAll(broker.address, 'plain');
    assert.deepEqual(records, [
      {
        topic: 'plain',
        partition: 2,
        offset: 0,
        timestamp: 1_700_000_000_000,
        key: Buffer.from('k'),
        value: Buffer.from('one'),
        headers: [{ key: 'h', value: Buffer.from('x') }],
      },
      {
        topic: 'plain',
        partition: 2,
        offset: 1,
        timestamp: 1_700_000_000_001,
        key: Buffer.from('k'),
        value: null,
        headers: [],
      },
    ]);
  });

  it('commits transactions', async () => {
    const producer = await connectedProducer(broker.address, { 'transactional.id': 't' });
    await settled(done => producer.initTransactions(10_000, done));
    for (const value of ['first', 'second']) {
      await settled(done => producer.beginTransaction(done));
      producer.produce('transactional', 0, Buffer.from(value));
      await settled(done => producer.commitTransaction(10_000, done));
    }
    await settled(done => producer.disconnect(done));

    const records = await readAll(broker.address, 'transactional');
    assert.deepEqual(
      records.map(({ value }) => String(value)),
      ['first', 'second'],
    );
  });

  it('is listed and read by kcat', async function () {
    const installed = await run('kcat', ['-V']).catch(() => undefined);
    if (installed === undefined) {
      process.stderr.write('      skipped: kcat is not installed\n');
      this.skip();
    }
    const producer = await connectedProducer(broker.address, {});
    producer.produce('for-kcat', 1, Buffer.from('seen'), 'key');
    await settled(done => producer.flush(10_000, done));
    await settled(done => producer.disconnect(done));

    const listed = await run('kcat', ['-b', broker.address, '-L', '-t', 'for-kcat']);
    assert.match(listed.stdout, /topic "for-kcat" with 4 partitions/);
    const read = await run('kcat', ['-b', broker.address, '-C', '-q', '-e', '-t', 'for-kcat', '-f', '%p %k %s\n']);
    assert.equal(read.stdout, '1 key seen\n');
  });

  it('outlives the signals of its terminal and ends when it is stopped', async () => {
    const own = await startEmbeddedBroker();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(own.pid, signal);
    // A whole exchange with the broker, after which the signals have been delivered.
    const producer = await connectedProducer(own.address, {});
    producer.produce('still-there', 0, Buffer.from('x'));
    await settled(done => producer.flush(10_000, done));
    await settled(done => producer.disconnect(done));
    assert.equal((await readAll(own.address, 'still-there')).length, 1);

    await own.stop();
    await own.exited;
    assert.equal(await accepts(own.address), false);
    await own.stop();
  });

  it('has as many brokers as it was asked for', async () => {
    const own = await startEmbeddedBroker({ brokers: 3 });
    try {
      const addresses = own.address.split(',');
      assert.equal(new Set(addresses).size, 3);
      assert.deepEqual(await Promise.all(addresses.map(accepts)), [true, true, true]);
    } finally {
      await own.stop();
    }
  });

  it('ends with its parent when that is killed', async () => {
    const program = `const { startEmbeddedBroker } = await import(${JSON.stringify(MODULE)});
      const { address, pid } = await startEmbeddedBroker();
      console.log(address, pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(parent, 'exit');
    const line = String((await once(createInterface(parent.stdout), 'line'))[0]);
    const [address = '', pid = ''] = line.split(' ');
    assert.equal(await accepts(address), true);

    parent.kill('SIGKILL');
    await exited;
    const deadline = Date.now() + 5_000;
    while ((await accepts(address)) && Date.now() < deadline) await delay(20);
    const orphaned = await accepts(address);
    if (orphaned) process.kill(Number(pid), 'SIGKILL');
    assert.equal(orphaned, false);
  });
});
