import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type KafkaStreams,
  type StandbyStoreStatus,
  StreamsBuilder,
  TimeWindows,
  type Topology,
} from '../../../streams/index.js';
import { partitionFor } from '../../../streams/kafka/partitioner.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';

const SIZE_MS = 1000;
const RETENTION_MS = 10_000;
const STEP_MS = 50;
/** Longer than a standby keeps what has expired. */
const LATER_MS = 40_000;

interface Instance {
  readonly streams: KafkaStreams;
  readonly directory: MemoryStateDirectory;
  /** Changelog records replayed, by task. */
  readonly restored: Map<string, number>;
}

describe('standbys', function () {
  this.timeout(20_000);
  let app: TestApplication;
  let a: Instance;
  let b: Instance;
  let sent: number;

  applicationForEachTest(async created => {
    app = created;
    sent = 0;
    a = start('a');
    b = start('b');
    // The first partition is at a, the second one at b.
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
  });

  function start(id: string, directory = new MemoryStateDirectory(id)): Instance {
    const restored = new Map<string, number>();
    const streams = app.create(
      { standbyReplicas: 1 },
      {
        takeDirectory: async () => directory,
        onRestore: ({ taskId, batch }) => void restored.set(taskId, (restored.get(taskId) ?? 0) + batch),
      },
      tables(),
    );
    streams.start();
    return { streams, directory, restored };
  }

  /** A key of the first partition. */
  const KEY = Array.from({ length: 20 }, (_, n) => `k${n}`).find(key => partitionFor(Buffer.from(key), 2) === 0) ?? '';

  const send = (timestamp = 0): void => {
    const record = { key: Buffer.from(KEY), value: Buffer.from('1'), timestamp, headers: NO_HEADERS };
    app.cluster.log('in', 0).append(record, undefined);
    sent++;
  };
  const taken = ({ streams }: Instance): number =>
    streams.tasks.reduce((sum, { counts }) => sum + (counts.in.in ?? 0), 0);
  const committed = (): Promise<void> => app.until(() => taken(a) + taken(b) === sent);
  const placed = async (): Promise<void> => {
    await committed();
    await app.until(() => {
      app.clock.aheadMs += STEP_MS;
      return standbysOf(a) === '0_1' && standbysOf(b) === '0_0';
    });
  };
  const staleCounts = async (): Promise<number | null> =>
    await b.streams.store<string, number>('counts', 'keyValue', { stale: true }).get(KEY);
  const staleCountIs = (count: number): Promise<void> => app.until(async () => (await staleCounts()) === count);

  it('follow the tasks of the other instance', async () => {
    send();
    await placed();
    await app.until(() => b.streams.status.standbys.every(({ stores }) => stores.length === 3 && stores.every(isRead)));
    assert.deepEqual([tasksOf(a), tasksOf(b)], ['0_0', '0_1']);
    app.clock.aheadMs += LATER_MS;
    await app.until(() => b.streams.status.standbys.every(({ stores }) => stores.every(({ lag }) => lag === 0)));
  });

  it('answer who takes what may be old, and nobody else', async () => {
    send();
    await placed();
    await staleCountIs(1);
    await assert.rejects(b.streams.store<string, number>('counts', 'keyValue').get(KEY), { code: 'NOT_HERE' });
    assert.deepEqual(await b.streams.queries.replicasOf('counts', 0), { here: 'stale', hosts: [] });
    assert.deepEqual(await b.streams.queries.replicasOf('counts', 1), { here: 'active', hosts: [] });
  });

  it('go on with what comes, also where it was asked for before', async () => {
    send();
    await placed();
    await staleCountIs(1);
    for (let count = 2; count <= 5; count++) {
      send();
      await staleCountIs(count);
    }
  });

  it('become the task without a restore when its instance has failed', async () => {
    for (let n = 0; n < 50; n++) send();
    await placed();
    await staleCountIs(50);
    app.cluster.expire('a');
    await app.until(() => tasksOf(b) === '0_0 0_1');
    send();
    await app.until(() => taken(b) === sent);
    assert.equal(await b.streams.store<string, number>('counts', 'keyValue').get(KEY), 51);
    assert.equal(b.restored.get('0_0'), 0);
    assert.equal(standbysOf(b), '');
  });

  it('come back where a task moved on: an instance that returns follows what it had', async () => {
    send();
    await placed();
    const { directory } = a;
    await a.streams.close();
    app.cluster.expire('a');
    await app.until(() => tasksOf(b) === '0_0 0_1');
    a = start('a', directory);
    await app.until(() => tasksOf(a) === '0_0' && tasksOf(b) === '0_1');
    send();
    await placed();
    await staleCountIs(2);
  });

  it('forget the windows that the task has forgotten', async () => {
    const windows = async (): Promise<number[]> => {
      const store = b.streams.store<string, number>('window-counts', 'window', { stale: true });
      const starts: number[] = [];
      for await (const { window } of store.all()) starts.push(window.start);
      return starts;
    };
    send(0);
    await placed();
    await app.until(async () => (await windows()).join() === '0');
    send(RETENTION_MS + 5 * SIZE_MS);
    await committed();
    await app.until(async () => (await windows()).join() === String(RETENTION_MS + 5 * SIZE_MS));
    app.clock.aheadMs += LATER_MS;
    const stored = async (): Promise<number> => {
      const level = b.directory.level('0_0');
      let rows = 0;
      for await (const _ of level.iterator({ gte: 'window-counts\0', lt: 'window-counts\u0001' })) rows++;
      return rows;
    };
    await app.until(async () => (await stored()) === 1);
  });
});

function tasksOf({ streams }: Instance): string {
  return streams.state === 'RUNNING' ? streams.tasks.map(({ id }) => id).join(' ') : '';
}

function standbysOf({ streams }: Instance): string {
  return streams.status.standbys.map(({ id }) => id).join(' ');
}

function isRead({ position }: StandbyStoreStatus): boolean {
  return position > 0;
}

function tables(): Topology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream<string, number>('in').groupByKey();
  grouped.count({ as: 'counts' });
  grouped
    .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: 0 }))
    .count({ as: 'window-counts', retention: RETENTION_MS });
  return builder.build();
}
