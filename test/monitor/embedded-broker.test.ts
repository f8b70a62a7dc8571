import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import { Monitor } from '../../monitor/monitor.js';
import type { Snapshot } from '../../monitor/snapshot.js';
import { encodeCheckpoint } from '../../streams/audit/checkpoint.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { topicPartitions } from '../broker/topics.js';
import { until } from '../integration/until.js';
import { checkpointOf } from './audit-fixture.js';
import { RecordingLogger } from './recording-logger.js';

describe('the monitor on the embedded broker', function () {
  this.timeout(30_000);
  let broker: EmbeddedBroker;
  let monitor: Monitor;
  let running: Promise<void>;

  before(async () => {
    broker = await startEmbeddedBroker();
    const logger = new RecordingLogger();
    monitor = new Monitor({
      applicationId: 'users',
      ports: rdKafkaPorts({ brokers: broker.address, clientId: 'users-monitor' }, logger),
      fetch,
      registry: new Registry(),
      logger,
      intervalMs: 50,
    });
    running = monitor.run({ topology: () => {}, snapshot: () => {} });
  });

  after(async () => {
    await monitor.close();
    await running;
    await broker.stop();
  });

  const shows = (condition: (snapshot: Snapshot) => boolean): Promise<Snapshot> =>
    until('it is shown', 15_000, async () => monitor.snapshot, condition);

  it('creates no topic by asking for it', async () => {
    await shows(({ cluster }) => cluster.up);
    const { at } = monitor.snapshot;
    await shows(snapshot => snapshot.at > at + 500);
    assert.deepEqual([...(await topicPartitions(broker.address)).keys()], []);
  });

  it('reads the topics when they appear', async () => {
    const producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
    await producer.connect();
    for (let i = 0; i < 100; i++) producer.send('user', 'the same', Buffer.from('{}'), Date.now());
    await producer.flush();
    await shows(() => monitor.cluster.topics.has('user'));
    const partition = monitor.cluster.topics.get('user')?.partitions.findIndex(({ high }) => high > 0) ?? -1;
    const record = checkpointOf({ task: `0_${partition}`, offsets: { begin: 0, next: 70 }, rejected: 5 });
    producer.send('users-audit', record.task, encodeCheckpoint(record), Date.now());
    const times = { windowStart: '2026-01-01T00:00:00.000Z', windowEnd: '2026-01-01T00:01:00.000Z' };
    const row = Buffer.from(JSON.stringify({ country: 'Chile', ...times, count: 65 }));
    producer.send('country-count', `Chile@${times.windowStart}`, row, Date.now());
    const distinct = Buffer.from(JSON.stringify({ ...times, distinctUsers: 60 }));
    producer.send('distinct-users', times.windowStart, distinct, Date.now());
    await producer.flush();
    await producer.close();
    const { audit, lag, window } = await shows(snapshot => snapshot.audit?.cleaned === 65 && snapshot.window !== null);
    assert.deepEqual(audit, { produced: 100, cleaned: 65, rejected: 5, late: 0, lag: 30, unaccounted: 0 });
    // The broker keeps no offsets of transactions.
    const read = lag.find(({ topic, partition: number }) => topic === 'user' && number === partition);
    assert.deepEqual(read, { topic: 'user', partition, end: 100, committed: 70, lag: 30 });
    assert.deepEqual(window?.countries, [{ country: 'Chile', count: 65 }]);
    assert.equal(window?.distinctUsers, 60);
  });
});
