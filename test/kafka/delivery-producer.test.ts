import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryProducer, type DeliveryProducerOptions } from '../../streams/kafka/delivery-producer.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { freePort } from '../broker/free-port.js';
import { readAll } from '../broker/read-all.js';

const PARTITIONS = 4;

async function using(
  options: Omit<DeliveryProducerOptions, 'cluster'> & {
    readonly brokers: string;
    readonly config?: Record<string, string>;
  },
  use: (producer: DeliveryProducer) => Promise<void>,
): Promise<void> {
  const { brokers, config = {} } = options;
  const producer = new DeliveryProducer({ ...options, cluster: { brokers, clientId: 'test', clientConfig: config } });
  try {
    await use(producer);
  } finally {
    await producer.close();
  }
}

async function sendAll(producer: DeliveryProducer, topic: string, count: number): Promise<number> {
  let waits = 0;
  for (let i = 0; i < count; i += 1) {
    while (!producer.send(topic, `key ${i}`, Buffer.from(String(i)), 1_000 + i)) {
      waits += 1;
      await producer.drained();
    }
  }
  return waits;
}

/** Listens on the port for a broker that is elsewhere. */
async function forward(port: number, broker: string): Promise<Server> {
  const [host, brokerPort] = broker.split(':');
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    const upstream = connect(Number(brokerPort), host);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(upstream).pipe(socket);
  });
  server.on('close', () => {
    for (const socket of sockets) socket.destroy();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('DeliveryProducer', function () {
  this.timeout(30_000);
  let broker: EmbeddedBroker;
  before(async () => {
    broker = await startEmbeddedBroker();
  });
  after(() => broker.stop());

  it('delivers each record once, with its timestamp, in the partition where Java puts its key', async () => {
    await using({ brokers: broker.address }, async producer => {
      await producer.connect();
      await sendAll(producer, 'keyed', 1_000);
      await producer.flush();
      assert.deepEqual(producer.counts, { sent: 1_000, delivered: 1_000, failed: 0, firstError: undefined });
    });
    const records = await readAll(broker.address, 'keyed');
    assert.equal(records.length, 1_000);
    for (const { key, value, partition, timestamp } of records) {
      assert.ok(key !== null && value !== null);
      assert.equal(String(key), `key ${value}`);
      assert.equal(partition, partitionFor(key, PARTITIONS));
      assert.equal(timestamp, 1_000 + Number(value));
    }
  });

  it('delivers records without a key and without a value', async () => {
    await using({ brokers: broker.address }, async producer => {
      await producer.connect();
      assert.ok(producer.send('nulls', null, Buffer.from('no key'), 1));
      assert.ok(producer.send('nulls', 'no value', null, 2));
      await producer.flush();
      assert.equal(producer.counts.delivered, 2);
    });
    const records = (await readAll(broker.address, 'nulls')).sort((a, b) => a.timestamp - b.timestamp);
    assert.deepEqual(
      records.map(({ key, value }) => [key && String(key), value && String(value)]),
      [
        [null, 'no key'],
        ['no value', null],
      ],
    );
  });

  it('takes no more than its queue holds, and all after waiting', async () => {
    await using({ brokers: broker.address }, async producer => {
      await producer.connect();
      const waits = await sendAll(producer, 'many', 120_000);
      assert.ok(waits > 0);
      await producer.flush();
      assert.deepEqual(producer.counts, { sent: 120_000, delivered: 120_000, failed: 0, firstError: undefined });
    });
  });

  it('counts a record that is too large as failed and goes on', async () => {
    await using({ brokers: broker.address }, async producer => {
      await producer.connect();
      assert.ok(producer.send('large', 'k', Buffer.alloc(5_000_000), 1));
      assert.ok(producer.send('large', 'k', Buffer.from('small'), 1));
      await producer.flush();
      const { sent, delivered, failed, firstError } = producer.counts;
      assert.deepEqual([sent, delivered, failed], [2, 1, 1]);
      assert.match(firstError ?? '', /size too large/i);
    });
  });

  it('counts records as failed that can not be delivered in time, with the reason', async () => {
    const own = await startEmbeddedBroker();
    try {
      const waiting: string[] = [];
      const options = {
        brokers: own.address,
        deliveryTimeoutMs: 1_000,
        onWaiting: (reason: string) => waiting.push(reason),
      };
      await using(options, async producer => {
        await producer.connect();
        await sendAll(producer, 'lost', 10);
        await producer.flush();
        await own.stop();
        await sendAll(producer, 'lost', 2_500);
        await producer.flush();
        const { sent, delivered, failed, firstError } = producer.counts;
        assert.deepEqual([sent, delivered, failed], [2_510, 10, 2_500]);
        assert.match(firstError ?? '', /timed out/i);
        assert.equal(waiting.length, 1, waiting.join('\n'));
        assert.match(waiting[0] ?? '', new RegExp(`no answer from ${own.address} \\(`));
      });
    } finally {
      await own.stop();
    }
  });

  it('gives up on records that are on their way when it is stopped', async () => {
    const own = await startEmbeddedBroker();
    try {
      await using({ brokers: own.address }, async producer => {
        await producer.connect();
        await own.stop();
        await sendAll(producer, 'lost', 10);
        await producer.flush(AbortSignal.abort());
        assert.deepEqual(producer.counts, { sent: 10, delivered: 0, failed: 0, firstError: undefined });
      });
    } finally {
      await own.stop();
    }
  });

  // With 20 ms the first connection of the next client is refused as well.
  for (const laterMs of [0, 20]) {
    it(`waits for a cluster that comes ${laterMs} ms later, and says once what it waits for`, async () => {
      const port = await freePort();
      let server: Promise<Server> | undefined;
      const reasons: string[] = [];
      const onWaiting = (reason: string) => {
        reasons.push(reason);
        server ??= sleep(laterMs).then(() => forward(port, broker.address));
      };
      try {
        await using({ brokers: `127.0.0.1:${port}`, onWaiting }, async producer => {
          await producer.connect();
          await sendAll(producer, 'later', 10);
          await producer.flush();
          assert.equal(producer.counts.delivered, 10);
        });
        assert.equal(reasons.length, 1, reasons.join('\n'));
        assert.match(reasons[0] ?? '', new RegExp(`no answer from 127.0.0.1:${port} .*Connection refused`));
      } finally {
        (await server)?.close();
      }
    });
  }

  it('gives up when the cluster did not answer in time', async () => {
    const brokers = `127.0.0.1:${await freePort()}`;
    await using({ brokers, connectTimeoutMs: 500 }, async producer => {
      await assert.rejects(
        producer.connect(),
        (error: unknown) =>
          error instanceof KafkaClientError &&
          error.kind === 'retriable' &&
          error.message.includes(`no answer from ${brokers}`),
      );
    });
  });

  it('reports at once that it can not work with its configuration', async () => {
    const { address: brokers } = broker;
    const cluster = { brokers, clientId: 'test' };
    for (const clientConfig of [{ 'no.such.property': '1' }, { 'security.protocol': 'loud' }, { acks: 'some' }]) {
      assert.throws(
        () => new DeliveryProducer({ cluster: { ...cluster, clientConfig } }),
        new RegExp(Object.keys(clientConfig)[0] ?? '-'),
      );
    }
    const config = { 'security.protocol': 'ssl', 'ssl.ca.location': '/nothing/there' };
    await using({ brokers, config }, async producer => {
      await assert.rejects(
        producer.connect(),
        (error: unknown) => error instanceof KafkaClientError && error.kind === 'fatal',
      );
    });
  });
});
