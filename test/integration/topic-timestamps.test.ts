import assert from 'node:assert/strict';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { StreamsBuilder, TimeWindows } from '../../streams/index.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { createInternalTopics } from '../../streams/runtime/plan/internal-topics.js';
import { planTopology } from '../../streams/runtime/plan/task-plan.js';
import { streamsConfig } from '../../streams/runtime/streams-config.js';
import { createTopics } from '../../topology/topics.js';
import { type KafkaBroker, kafkaAvailable, startKafka } from '../broker/kafka-broker.js';
import { readAll } from '../broker/read-all.js';
import { topicPartitions } from '../broker/topics.js';

describe('on a real broker that gives records its own time by default', function () {
  this.timeout(90_000);
  const available = kafkaAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  let broker: KafkaBroker;

  before(async () => {
    broker = await startKafka({ properties: { 'log.message.timestamp.type': 'LogAppendTime' } });
  });

  after(() => broker.stop());

  it('records of internal topics, and of those of the users application, have the time that their producer gave them', async () => {
    const cluster = { brokers: broker.address, clientId: 'test' };
    const admin = rdKafkaPorts(cluster, { debug() {}, info() {}, warn() {}, error() {} }).admin();
    const builder = new StreamsBuilder();
    const moved = builder.stream<string, string>(DEFAULT_TOPICS.user).groupBy((_key, value) => value);
    moved.count({ as: 'table' });
    const windowed = moved.windowedBy(TimeWindows.of({ size: '60s', grace: '10s' }));
    windowed.count({ as: 'windows' });
    const producer = new DeliveryProducer({ cluster });
    try {
      await createTopics(admin);
      const counts = await admin.partitionCounts([DEFAULT_TOPICS.user]);
      await createInternalTopics(
        planTopology(builder.build(), 'app', counts),
        admin,
        streamsConfig({ applicationId: 'app' }),
      );
      const created = [...(await topicPartitions(broker.address)).keys()].filter(topic => !topic.startsWith('__'));
      const timestamp = Date.now() - 60_000;
      await producer.connect();
      for (const topic of created) producer.send(topic, 'key', Buffer.from('value'), timestamp);
      await producer.flush();
      const times = new Map<string, readonly number[]>();
      for (const topic of created) {
        const records = await readAll(broker.address, topic);
        times.set(
          topic,
          records.map(record => record.timestamp),
        );
      }
      assert.ok(times.has('app-table-changelog') && times.has('app-windows-changelog') && times.has('app-audit'));
      assert.deepEqual(times, new Map(created.map(topic => [topic, [timestamp]])));
    } finally {
      await producer.close();
      await admin.close();
    }
  });
});
