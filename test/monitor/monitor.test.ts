import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { Monitor, type MonitorOptions } from '../../monitor/monitor.js';
import type { Snapshot, TopologyEvent } from '../../monitor/snapshot.js';
import type { Checkpoint } from '../../streams/audit/checkpoint.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { until } from '../integration/until.js';
import { checkpointOf, instanceRecord, taskRecord } from './audit-fixture.js';
import { RecordingLogger } from './recording-logger.js';

const NOW = 1_700_000_000_000;
const AUDIT = 'users-audit';

describe('the monitor', () => {
  let cluster: InMemoryCluster;
  let clock: ManualClock;
  let registry: Registry;
  let logger: RecordingLogger;
  let monitor: Monitor;
  let running: Promise<void>;
  let told: (TopologyEvent | Snapshot)[];

  beforeEach(() => {
    clock = new ManualClock(NOW);
    cluster = new InMemoryCluster(clock);
    logger = new RecordingLogger();
    told = [];
  });

  afterEach(async () => {
    await monitor.close();
    await running;
  });

  const start = (options: Partial<MonitorOptions> = {}): void => {
    registry = new Registry();
    monitor = new Monitor({
      applicationId: 'users',
      ports: cluster.ports,
      fetch: async url => {
        if (url.endsWith('/topology')) return new Response('Topologies:');
        return new Response(JSON.stringify({ applicationId: 'users', instance: 'A', state: 'RUNNING', tasks: [] }));
      },
      registry,
      logger,
      intervalMs: 5,
      ...options,
    });
    running = monitor.run({ topology: event => told.push(event), snapshot: event => told.push(event) });
  };
  const produce = (count: number): void => {
    for (let i = 0; i < count; i++) {
      cluster.log('user', 0).append({ key: null, value: Buffer.from('{}'), timestamp: NOW, headers: [] }, undefined);
    }
  };
  const commit = (record: Checkpoint): void => {
    const { key, value } = taskRecord(record);
    cluster.log(AUDIT, 0).append({ key, value, timestamp: NOW, headers: [] }, undefined);
    cluster.commitOffset('user', 0, record.offsets.user?.next ?? 0);
  };
  const shows = (condition: (snapshot: Snapshot) => boolean): Promise<Snapshot> =>
    until('it is shown', 5000, async () => monitor.snapshot, condition);
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name} (.*)$`, 'm').exec(await registry.metrics())?.[1];

  it('shows partitions that were added to the input and are not read, until the application has tasks for them', async () => {
    cluster.createTopic('user', 2);
    cluster.createTopic(AUDIT, 2);
    start();
    await shows(({ cluster: { up } }) => up);
    assert.deepEqual(monitor.snapshot.unread, []);
    assert.equal(await metric('tributary_unread_partitions\\{topic="user"\\}'), undefined);
    cluster.createPartitions('user', 5);
    await shows(({ unread }) => unread.length > 0);
    assert.deepEqual(monitor.snapshot.unread, [{ topic: 'user', partitions: 5, read: 2 }]);
    assert.equal(await metric('tributary_unread_partitions\\{topic="user"\\}'), '3');
    cluster.createPartitions(AUDIT, 5);
    await shows(({ unread }) => unread.length === 0);
  });

  it('waits for the topics, and shows what is produced and processed as it comes', async () => {
    start();
    await shows(({ cluster: { up } }) => up);
    assert.equal(monitor.snapshot.audit, null);
    assert.equal(await metric('users_unaccounted'), undefined);
    cluster.createTopic('user', 1);
    cluster.createTopic(AUDIT, 1);
    produce(10);
    const before = await shows(({ audit }) => audit?.produced === 10);
    assert.deepEqual(before.audit, { produced: 10, cleaned: 0, rejected: 0, late: 0, lag: 10, unaccounted: 0 });
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 6 }, rejected: 2, late: 1, host: 'a:1' }));
    const after = await shows(({ audit, processes }) => audit?.cleaned === 4 && processes.length === 1);
    assert.deepEqual(after.audit, { produced: 10, cleaned: 4, rejected: 2, late: 1, lag: 4, unaccounted: 0 });
    assert.deepEqual((await shows(({ lag }) => lag[0]?.committed === 6)).lag, [
      { topic: 'user', partition: 0, end: 10, committed: 6, lag: 4 },
    ]);
    assert.deepEqual(
      [await metric('users_produced'), await metric('users_cleaned'), await metric('users_rejected')],
      ['10', '4', '2'],
    );
    assert.deepEqual(
      [await metric('users_late'), await metric('users_lag'), await metric('users_unaccounted')],
      ['1', '4', '0'],
    );
    const labels = 'consumergroup="users",topic="user",partition="0"';
    assert.equal(await metric(`kafka_consumergroup_lag\\{${labels}\\}`), '4');
    assert.equal(await metric('tributary_process_up\\{host="a:1"\\}'), '1');
    assert.equal(await metric('tributary_cluster_up'), '1');
  });

  it('reports the topology when it becomes known, and keeps the history of the totals', async () => {
    cluster.createTopic('user', 1);
    cluster.createTopic(AUDIT, 1);
    produce(2);
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 1 }, host: 'a:1' }));
    start();
    await until(
      'it is reported',
      5000,
      async () => told.filter(event => 'description' in event).length,
      n => n === 1,
    );
    assert.deepEqual(monitor.topology, { description: 'Topologies:' });
    clock.advance(1000);
    const { at, produced, processed, lag } = await until(
      'there is a history',
      5000,
      async () => monitor.history,
      history => history.at.at(-1) === NOW + 1000,
    );
    assert.deepEqual([at.length, produced.at(-1), processed.at(-1), lag.at(-1)], [produced.length, 2, 1, 1]);
  });

  it('measures the latency of commits that it sees live, and of those alone', async () => {
    cluster.createTopic('user', 1);
    cluster.createTopic(AUDIT, 1);
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 5 }, streamTime: NOW - 60_000 }));
    start();
    await shows(({ audit }) => audit !== null);
    assert.equal(await metric('users_end_to_end_latency_seconds_count'), '0');
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 7 }, streamTime: NOW - 2000 }));
    // It processed nothing: only its time went on.
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 7 }, streamTime: NOW - 1000 }));
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 8 }, streamTime: NOW + 5000 }));
    await shows(({ audit }) => audit?.cleaned === 8);
    assert.equal(await metric('users_end_to_end_latency_seconds_count'), '2');
    assert.equal(await metric('users_end_to_end_latency_seconds_sum'), '2');
  });

  it('asks for the repartition topics of the application too', async () => {
    for (const topic of ['user', AUDIT, 'users-by-country-repartition', 'users-others-repartition']) {
      cluster.createTopic(topic, 1);
    }
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 0 }, repartitions: ['by-country'] }));
    start();
    const { lag } = await shows(partitions => partitions.lag.length === 2);
    assert.deepEqual(
      lag.map(({ topic }) => topic),
      ['user', 'users-by-country-repartition'],
    );
  });

  it('shows the last rejected users with their reason, as they come, from near the end of each partition', async () => {
    const reject = (partition: number, value: string, timestamp: number): void => {
      const headers = [{ key: '__streams.errors.message', value: Buffer.from(`bad: ${value}`) }];
      cluster.log('refused', partition).append({ key: null, value: Buffer.from(value), timestamp, headers }, undefined);
    };
    const values = (): unknown[] => monitor.snapshot.rejected.map(({ value }) => value);
    cluster.createTopic('refused', 2);
    // If these were read, they would be the newest.
    for (let i = 0; i < 2000; i++) for (const partition of [0, 1]) reject(partition, 'long ago', NOW + 1000);
    for (let i = 0; i < 500; i++) for (const partition of [0, 1]) reject(partition, `${partition}-${i}`, NOW + i);
    start({ topics: { ...DEFAULT_TOPICS, rejected: 'refused' } });
    const { rejected } = await shows(snapshot => snapshot.rejected[1]?.at === NOW + 499);
    assert.deepEqual(values().slice(0, 2).sort(), ['0-499', '1-499']);
    assert.deepEqual(
      rejected.map(({ at, reason, value }) => [at, reason === `bad: ${value}`]),
      Array.from({ length: 20 }, (_none, index) => [NOW + 499 - Math.floor(index / 2), true]),
    );
    reject(0, 'live', NOW - 1);
    await shows(snapshot => snapshot.rejected[0]?.value === 'live');
    assert.equal(monitor.snapshot.rejected.length, 20);
    assert.deepEqual(
      logger.lines.filter(([level]) => level === 'warn'),
      [],
    );
  });

  it('forgets the rejected users of a topic that is gone', async () => {
    cluster.createTopic('user-rejected', 1);
    cluster.log('user-rejected', 0).append({ key: null, value: null, timestamp: NOW, headers: [] }, undefined);
    start();
    await shows(({ rejected }) => rejected.length === 1);
    cluster.deleteTopic('user-rejected');
    await shows(({ rejected }) => rejected.length === 0);
  });

  it('goes on, and says so once, where a topic holds what does not belong there', async () => {
    cluster.createTopic('user', 1);
    cluster.createTopic(AUDIT, 1);
    for (const value of ['{', '{"task":"0_0"}', 'null']) {
      const record = { key: Buffer.from('0_0'), value: Buffer.from(value), timestamp: NOW, headers: [] };
      cluster.log(AUDIT, 0).append(record, undefined);
    }
    const identity = { key: Buffer.from('application/x'), value: Buffer.from('{}'), timestamp: NOW, headers: [] };
    cluster.log(AUDIT, 0).append(identity, undefined);
    commit(checkpointOf({ task: '0_0', offsets: { begin: 0, next: 5 } }));
    start();
    await shows(({ audit }) => audit?.cleaned === 5);
    assert.deepEqual([...monitor.table.tasks.keys()], ['0_0']);
    assert.equal(logger.lines.filter(([level]) => level === 'warn').length, 1);
  });

  it('forgets an instance that died and left its announcement', async () => {
    cluster.createTopic('user', 1);
    cluster.createTopic(AUDIT, 1);
    const { key, value } = instanceRecord('dead', { host: 'dead:1', tasks: ['0_0'] });
    cluster.log(AUDIT, 0).append({ key, value, timestamp: NOW, headers: [] }, undefined);
    start();
    await shows(({ processes }) => processes.length === 1);
    clock.advance(15 * 60_000);
    const owner = checkpointOf({ task: '0_0', offsets: { begin: 0, next: 5 }, host: 'a:1' });
    commit(owner);
    await shows(({ audit, processes }) => audit?.cleaned === 5 && processes.length === 1);
    clock.advance(1);
    const { processes } = await shows(snapshot => snapshot.processes.every(({ host }) => host !== 'dead:1'));
    assert.deepEqual(
      processes.map(({ host }) => host),
      ['a:1'],
    );
  });
});
