import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  InvalidStateStoreError,
  type KafkaStreams,
  type StoreEntry,
  StreamsBuilder,
  TimeWindows,
  type Topology,
} from '../../../streams/index.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import { InteractiveQueries } from '../../../streams/runtime/queries/interactive-queries.js';
import { StoreOwners } from '../../../streams/runtime/queries/store-owners.js';
import { routesOf } from '../../http/served.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';

const SIZE_MS = 1000;
const PARTITIONS = 2;

describe('queries of the stores of a running application', () => {
  let app: TestApplication;
  let streams: KafkaStreams;
  let sent: number;

  applicationForEachTest(async created => {
    app = created;
    sent = 0;
    streams = app.start({ applicationServer: 'here:1' }, tables());
    await app.until(() => streams.state === 'RUNNING');
  });

  const send = (key: string, timestamp = 0): void => {
    const record = { key: Buffer.from(key), value: Buffer.from('1'), timestamp, headers: NO_HEADERS };
    const partition = streams.queries.partitionOf('counts', key);
    app.cluster.log('in', partition).append(record, undefined);
    sent++;
  };
  const committed = (): Promise<void> =>
    app.until(() => streams.tasks.reduce((sum, { counts }) => sum + (counts.in.in ?? 0), 0) === sent);

  it('lists those that can be asked, with the partitions that are here', () => {
    const all = { partitions: PARTITIONS, local: [0, 1] };
    assert.deepEqual(streams.queries.stores, [
      { name: 'counts', kind: 'keyValue', ...all },
      { name: 'window-counts', kind: 'window', windowSizeMs: SIZE_MS, ...all },
      { name: 'seen', kind: 'window', windowSizeMs: SIZE_MS, ...all },
    ]);
  });

  it('read the value of a key, null where there is none', async () => {
    send('a', 7);
    send('a', 5);
    await committed();
    const counts = streams.store<string, number>('counts', 'keyValue');
    assert.deepEqual([await counts.get('a'), await counts.get('b')], [2, null]);
    const partition = streams.queries.partitionOf('counts', 'a');
    assert.deepEqual(await streams.queries.get('counts', partition, 'a'), { key: 'a', value: 2, timestamp: 7 });
    assert.equal(await streams.queries.get('counts', partition, 'nobody'), null);
  });

  it('read what is committed, and nothing that is not', async () => {
    await streams.close();
    streams = app.start({ commitInterval: '5m' }, tables());
    await app.until(() => streams.state === 'RUNNING');
    const counts = streams.store<string, number>('counts', 'keyValue');
    send('a');
    const processed = (): boolean =>
      streams.tasks.some(({ nodes }) => Object.values(nodes).some(({ received }) => received > 0));
    await app.until(processed);
    assert.equal(await counts.get('a'), null);
    assert.deepEqual(await all(counts.all()), []);
  });

  it('give all entries of a store in pages of any size, each once, in the order of the keys', async () => {
    const keys = ['', 'a', 'a\0', 'aa', 'b', 'c', 'é', 'z'];
    for (const key of keys) send(key);
    await committed();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.constantFrom(...keys), { nil: undefined }),
        fc.option(fc.constantFrom(...keys), { nil: undefined }),
        async (limit, from, to) => {
          const found: unknown[] = [];
          for (let partition = 0; partition < PARTITIONS; partition++) {
            const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
            for (let after: string | null | undefined; after !== null; ) {
              const page = await streams.queries.range(
                'counts',
                partition,
                range,
                after === undefined ? { limit } : { limit, after },
              );
              assert.ok(page.entries.length <= limit);
              found.push(...page.entries.map(({ key }) => key));
              after = page.next;
            }
          }
          const expected = [...keys]
            .filter(key => bytes(key) >= bytes(from ?? '') && (to === undefined || bytes(key) <= bytes(to)))
            .map(key => ({ key, partition: streams.queries.partitionOf('counts', key) }))
            .sort((a, b) => a.partition - b.partition || (bytes(a.key) < bytes(b.key) ? -1 : 1));
          assert.deepEqual(
            found,
            expected.map(({ key }) => key),
          );
        },
      ),
    );
  });

  it('read the windows of one key by time, and of all keys', async () => {
    for (const [key, timestamp] of [
      ['a', 100],
      ['b', 200],
      ['a', 2100],
      ['a', 2200],
      ['a', 4100],
    ] as const)
      send(key, timestamp);
    await committed();
    const windows = streams.store<string, number>('window-counts', 'window');
    const startsAndCounts = async (found: AsyncIterable<StoreEntry>): Promise<unknown[]> =>
      (await all(found)).map(({ key, window, value }) => [key, window?.start, value]);
    assert.deepEqual(await startsAndCounts(windows.fetch('a', 0, 10_000)), [
      ['a', 0, 1],
      ['a', 2000, 2],
      ['a', 4000, 1],
    ]);
    assert.deepEqual(await startsAndCounts(windows.fetch('a', 1, 2000)), [['a', 2000, 2]]);
    assert.deepEqual(await startsAndCounts(windows.fetch('nobody', 0, 10_000)), []);
    assert.deepEqual((await startsAndCounts(windows.fetchAll(0, 0))).sort(), [
      ['a', 0, 1],
      ['b', 0, 1],
    ]);
    assert.equal((await all(windows.all())).length, 4);
    const partition = streams.queries.partitionOf('window-counts', 'a');
    const first = await streams.queries.windows('window-counts', partition, { key: 'a' }, { limit: 2 });
    assert.deepEqual(
      first.entries.map(({ window }) => window),
      [
        { start: 0, end: SIZE_MS },
        { start: 2000, end: 2000 + SIZE_MS },
      ],
    );
    assert.ok(first.next !== null);
    const rest = await streams.queries.windows(
      'window-counts',
      partition,
      { key: 'a' },
      { limit: 2, after: first.next },
    );
    assert.deepEqual([rest.entries.map(({ window }) => window?.start), rest.next], [[4000], null]);
  });

  it('read the keys that distinct has seen', async () => {
    send('a', 100);
    await committed();
    const [entry] = await all(streams.store('seen', 'window').fetch('a', 0, 0));
    assert.deepEqual(entry, { key: 'a', window: { start: 0, end: SIZE_MS }, value: true, timestamp: null });
  });

  it('say why they can not be answered', async () => {
    const code = (expected: string) => (error: unknown) =>
      error instanceof InvalidStateStoreError && error.code === expected;
    assert.throws(() => streams.store('nothing'), code('UNKNOWN_STORE'));
    assert.throws(() => streams.store('counts', 'window'), code('WRONG_KIND'));
    assert.throws(() => streams.store('counts', 'versionedKeyValue'), code('WRONG_KIND'));
    await assert.rejects(streams.queries.getAsOf('counts', 0, 'a', 0), code('WRONG_KIND'));
    await assert.rejects(streams.queries.sessions('counts', 0, {}, { limit: 1 }), code('WRONG_KIND'));
    await assert.rejects(streams.store<number, number>('counts', 'keyValue').get(5), code('BAD_KEY'));
    await assert.rejects(streams.queries.windows('counts', 0, {}, { limit: 1 }), code('WRONG_KIND'));
    await assert.rejects(streams.queries.range('counts', 7, {}, { limit: 1 }), code('NOT_HERE'));
    await assert.rejects(streams.queries.range('counts', 0, {}, { limit: 1, after: '%' }), code('BAD_CURSOR'));
    await streams.close();
    await assert.rejects(streams.queries.get('counts', 0, 'a'), code('NOT_HERE'));
    const fresh = app.create({}, {}, tables());
    assert.throws(() => fresh.store('counts'), code('NOT_HERE'));
  });

  it('take a prefix of keys that are stored as their text', async () => {
    for (const key of ['a', 'ab', 'b']) send(key);
    await committed();
    const found: unknown[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const page = await streams.queries.range('counts', partition, { prefix: 'a' }, { limit: 10 });
      found.push(...page.entries.map(({ key }) => key));
    }
    assert.deepEqual(found.sort(), ['a', 'ab']);
  });

  it('know who has a partition', async () => {
    assert.deepEqual(await streams.queries.ownerOf('counts', 1), { kind: 'local' });
    await committed();
    await streams.close();
    const plan = planTopology(tables(), 'app', new Map([['in', PARTITIONS]]));
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const owners = new StoreOwners({ ports: app.cluster.ports, clientId: 'test', auditTopic: 'app-audit', logger });
    const elsewhere = new InteractiveQueries({
      plan: () => plan,
      tasks: () => [],
      globalState: () => undefined,
      staleState: () => undefined,
      owners,
    });
    try {
      assert.deepEqual(await elsewhere.ownerOf('counts', 1), { kind: 'remote', host: 'here:1' });
      assert.deepEqual(await elsewhere.ownerOf('counts', 5), { kind: 'unknown' });
    } finally {
      await owners.close();
    }
  });
});

describe('a query of a store whose keys a partitioner has placed', () => {
  let app: TestApplication;
  applicationForEachTest(created => {
    app = created;
  });

  it('finds a key in whichever partition it is, and says that its partition is unknown', async () => {
    const builder = new StreamsBuilder();
    const moved = builder.stream<string, number>('in').repartition({ name: 'moved', partitioner: () => 1 });
    moved.groupByKey().count({ as: 'counts' });
    moved
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: 0 }))
      .count({ as: 'window-counts' });
    const streams = app.start({}, builder.build());
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) {
      app.cluster
        .log('in', 0)
        .append({ key: Buffer.from(key), value: Buffer.from('1'), timestamp: 5, headers: NO_HEADERS }, undefined);
    }
    await app.until(() => streams.state === 'RUNNING');
    const counts = streams.store<string, number>('counts', 'keyValue');
    for (const key of keys) await app.until(async () => (await counts.get(key)) === 1);
    assert.equal(await counts.get('e'), null);
    const windows = await all(streams.store<string, number>('window-counts', 'window').fetch('a', 0, 9));
    assert.deepEqual(
      windows.map(({ value }) => value),
      [1],
    );
    const range = await routesOf({ streams, topology: '' }).request('/stores/counts?from=b&to=c');
    assert.deepEqual([range.status, ((await range.json()) as { entries: unknown[] }).entries.length], [200, 2]);
    assert.throws(
      () => streams.queries.partitionOf('counts', 'a'),
      (error: unknown) => {
        assert.ok(error instanceof InvalidStateStoreError);
        assert.equal(error.code, 'BAD_KEY');
        assert.match(error.message, /a partitioner has chosen the partition of a key of store counts: read a range/);
        return true;
      },
    );
  });
});

function tables(): Topology {
  const builder = new StreamsBuilder();
  const windows = TimeWindows.of({ size: SIZE_MS, grace: '1h' });
  const grouped = builder.stream<string, number>('in').groupByKey();
  grouped.count({ as: 'counts' });
  grouped.windowedBy(windows).count({ as: 'window-counts' });
  grouped.windowedBy(windows).distinct({ as: 'seen' });
  return builder.build();
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of iterable) found.push(entry);
  return found;
}

const bytes = (key: string): string => Buffer.from(key).toString('latin1');
