import assert from 'node:assert/strict';
import type { FetcherName } from '../../streams/kafka/client-config.js';
import type { Admin, Consumer } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { topicSetting } from '../broker/topic-config.js';
import { deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const COMPACTED = { partitions: 3, config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' } };
const PLAIN = { partitions: 1, config: {} };

for (const fetcher of ['tributary', 'librdkafka'] as const satisfies readonly FetcherName[]) {
  const topics = ['one', 'two', 'three'].map(name => `topic-creation-${fetcher}-${name}`) as [string, string, string];
  const [one, two, three] = topics;

  describeOnBroker(`topics created on a real broker with the fetcher ${fetcher}`, { timeoutMs: 60_000 }, broker => {
    let admin: Admin;
    let consumer: Consumer;

    beforeEach(async () => {
      const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test', fetcher }, QUIET);
      admin = ports.admin();
      consumer = ports.consumer({ clientId: 'test', pollTimeoutMs: 50 });
      await consumer.connect();
      await deleteTopics(broker.address, topics);
    });

    afterEach(async () => {
      await Promise.all([admin.close(), consumer.close()]);
      await deleteTopics(broker.address, topics);
    });

    it('have their partitions and their configuration, several at the same time', async () => {
      await Promise.all([admin.createTopic(one, COMPACTED), admin.createTopic(two, PLAIN)]);
      assert.deepEqual(
        await admin.partitionCounts([one, two, three]),
        new Map([
          [one, 3],
          [two, 1],
        ]),
      );
      assert.equal(await topicSetting(broker.address, one, 'cleanup.policy'), 'compact');
      assert.equal(await topicSetting(broker.address, one, 'retention.ms'), '-1');
      assert.equal(await topicSetting(broker.address, two, 'cleanup.policy'), 'delete');
    });

    it('have their offsets as soon as the metadata have them, though the broker may not lead them yet', async () => {
      await Promise.all(topics.map(topic => admin.createTopic(topic, { ...PLAIN, partitions: 20 })));
      await until(
        'all partitions',
        10_000,
        () => admin.partitionCounts(topics),
        counts => counts.size === topics.length,
      );
      const offsets = await Promise.all(topics.map(topic => consumer.partitionOffsets({ topic, partition: 19 })));
      assert.deepEqual(
        offsets,
        topics.map(() => ({ low: 0, high: 0 })),
      );
    });

    it('are left as they are if they exist', async () => {
      await admin.createTopic(one, PLAIN);
      await Promise.all([admin.createTopic(one, COMPACTED), admin.createTopic(three, PLAIN)]);
      assert.deepEqual(
        await admin.partitionCounts([one, three]),
        new Map([
          [one, 1],
          [three, 1],
        ]),
      );
      assert.equal(await topicSetting(broker.address, one, 'cleanup.policy'), 'delete');
    });

    it('reject with the reason of the broker by themselves', async () => {
      const wrong = { partitions: 1, config: { 'cleanup.policy': 'sometimes' } };
      const [created, refused] = await Promise.allSettled([
        admin.createTopic(one, PLAIN),
        admin.createTopic(two, wrong),
      ]);
      assert.equal(created.status, 'fulfilled');
      assert.match(String(refused.status === 'rejected' && refused.reason), /create topic .*-two: .*sometimes/);
      assert.deepEqual(await admin.partitionCounts([one, two]), new Map([[one, 1]]));
    });
  });
}
