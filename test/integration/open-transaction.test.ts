import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const TOPIC = 'open-transaction-test';

describeOnBroker('a transaction that is left open, on a real broker', { timeoutMs: 60_000 }, broker => {
  before(async () => {
    await createTopic(broker.address, TOPIC, 1);
  });

  after(async () => {
    await deleteTopics(broker.address, [TOPIC]);
  });

  it('is the end for a consumer, and not for a producer, which reports where the partition ends', async () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger);
    const partition = { topic: TOPIC, partition: 0 };
    const consumer = ports.consumer({ clientId: 'test', pollTimeoutMs: 50 });
    const open = ports.producer({ clientId: 'open', transactionalId: 'open' });
    const other = ports.producer({ clientId: 'other', transactionalId: 'other' });
    try {
      await Promise.all([consumer.connect(), open.connect(), other.connect()]);
      for (const producer of [open, other]) {
        await producer.initTransactions();
        await producer.beginTransaction();
        producer.send(TOPIC, 0, Buffer.from('k'), Buffer.from('v'), Date.now(), NO_HEADERS);
        await producer.flush();
      }
      await other.commitTransaction();
      assert.deepEqual(await consumer.partitionOffsets(partition), { low: 0, high: 0 });
      // The two records; the marker of the one that was committed may come a little later.
      assert.ok((await other.partitionOffsets(partition)).high >= 2);
      await open.abortTransaction();
      await until(
        'the consumer may read to the end, both markers among it',
        10_000,
        () => consumer.partitionOffsets(partition),
        ({ high }) => high === 4,
      );
    } finally {
      for (const client of [consumer, open, other]) await client.close();
    }
  });

  it('is waited for by the committed offsets of its group for as long as a broker may take to abort it', async () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger);
    const offset = { topic: TOPIC, partition: 0, offset: 7 };
    const consumer = ports.consumer({ clientId: 'test', groupId: 'open-transaction-test', pollTimeoutMs: 50 });
    const killed = ports.producer({ clientId: 'killed', transactionalId: 'killed' });
    try {
      await Promise.all([consumer.connect(), killed.connect()]);
      await killed.initTransactions();
      await killed.beginTransaction();
      await killed.sendOffsetsToTransaction([offset], consumer);
      const committed = consumer.committed([offset]);
      // A broker looks for transactions that have timed out each 10 s.
      const [offsets] = await Promise.all([committed, delay(11_000).then(() => killed.commitTransaction())]);
      assert.deepEqual(offsets, [offset]);
    } finally {
      for (const client of [consumer, killed]) await client.close();
    }
  });
});
