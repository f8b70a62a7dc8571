import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TimeBucketsKind } from '../../stores/kinds/time-buckets.js';
import type { StoreSpec } from '../../streams/dsl/processor/store-spec.js';
import {
  ChangedStoreError,
  type KafkaStreams,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type TimeWindowsOptions,
  type Topology,
} from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { checkShapes } from '../../streams/runtime/state/store-shapes.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const AUDIT = 'app-audit';
const WINDOWS: TimeWindowsOptions = { size: '10s', grace: '5s' };
const COUNT = { valueSerde: Serdes.json<number | null>() };

describe('an application whose stores were kept in another shape', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const send = (timestamp: number): void => app.send(1, 0, timestamp);

  function start(topology: Topology, id?: string): KafkaStreams {
    const directory = id === undefined ? app.directory : new MemoryStateDirectory(id);
    const streams = app.create({}, { takeDirectory: async () => directory }, topology);
    streams.start();
    return streams;
  }

  /** Runs over a window that stays open. */
  async function runWith(topology: Topology): Promise<void> {
    const streams = start(topology);
    send(1000);
    await app.untilCommitted(1);
    await streams.close();
  }

  async function assertRefused(streams: KafkaStreams, message: RegExp): Promise<void> {
    const error = await streams.stopped.then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ChangedStoreError, String(error));
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    assert.equal(streams.state, 'ERROR');
    assert.equal(streams.status.error, error.message);
  }

  const changes: readonly (readonly [string, Topology, Topology, RegExp])[] = [
    [
      'another size',
      windowed(WINDOWS),
      windowed({ ...WINDOWS, size: '5m' }),
      /^store counts was kept as window \(size 10000 ms, advance 10000 ms, grace 5000 ms\), the topology has it as window \(size 300000 ms, advance 300000 ms, grace 5000 ms\): .*another application id.*reset/,
    ],
    ['another advance', windowed(WINDOWS), windowed({ ...WINDOWS, advanceBy: '2s' }), /advance 10000.*advance 2000 /],
    ['a larger grace', windowed(WINDOWS), windowed({ ...WINDOWS, grace: '6s' }), /grace 5000.*grace 6000 /],
    ['a smaller grace', windowed(WINDOWS), windowed({ ...WINDOWS, grace: 0 }), /grace 5000.*grace 0 /],
    ['windows where it had none', unwindowed(), windowed(WINDOWS), /was kept as keyValue, .* as window \(size/],
    ['no windows where it had some', windowed(WINDOWS), unwindowed(), /was kept as window \(size.* as keyValue:/],
    ['the store of a distinct', windowed(WINDOWS), distinct(), /was kept as window.* as distinct \(size/],
    ['the buffer of a suppress', unwindowed(), suppressed(), /was kept as keyValue, .* as suppressUntilTimeLimit:/],
  ];
  for (const [change, before, after, message] of changes) {
    it(`does not begin with ${change}`, async () => {
      await runWith(before);
      const output = app.output();
      send(2000);
      await assertRefused(start(after), message);
      assert.deepEqual([app.output(), app.cluster.committedOffset('in', 0)], [output, 1]);
      // Nothing is harmed: as it was, it goes on.
      start(before);
      await app.untilCommitted(2);
    });
  }

  it('names the length of buckets that has changed', () => {
    const serdes = { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() } as Pick<
      StoreSpec,
      'keySerde' | 'valueSerde'
    >;
    const store: StoreSpec = {
      name: 'buffer',
      kind: new TimeBucketsKind(5000, 1),
      ...serdes,
      logged: true,
      inMemory: false,
      cached: false,
    };
    checkShapes([store], { buffer: new TimeBucketsKind(5000, 2).shape });
    assert.throws(
      () => checkShapes([store], { buffer: new TimeBucketsKind(9000, 1).shape }),
      /^ChangedStoreError: store buffer was kept as timeBuckets \(size 9000 ms\), the topology has it as timeBuckets \(size 5000 ms\): /,
    );
  });

  it('does not begin without the state directory either', async () => {
    await runWith(windowed(WINDOWS));
    app.directory = new MemoryStateDirectory();
    await assertRefused(start(windowed({ ...WINDOWS, size: '5m' })), /^store counts was kept as window/);
  });

  it('does not join a group that is at work, which is not disturbed', async () => {
    start(windowed(WINDOWS));
    send(1000);
    await app.untilCommitted(1);
    app.states.length = 0;
    await assertRefused(start(windowed({ ...WINDOWS, size: '5m' }), 'other'), /^store counts was kept as window/);
    send(2000);
    await app.untilCommitted(2);
    assert.deepEqual(app.states, ['REBALANCING', 'ERROR']);
  });

  it('stops when it gets a task with another shape, if it began before that task had committed', async () => {
    const first = start(windowed(WINDOWS), 'a');
    const second = start(windowed({ ...WINDOWS, size: '5m' }), 'b');
    // The partition of the input is at the first one.
    await app.until(() => first.tasks[0]?.id === '0_0' && second.tasks[0]?.id === '0_1');
    send(1000);
    await app.untilCommitted(1);
    await first.close();
    app.cluster.expire('a');
    await assertRefused(second, /^store counts was kept as window/);
  });

  it('names the stores that have changed together', async () => {
    await runWith(windowed(WINDOWS, ['a', 'b']));
    const other = windowed({ ...WINDOWS, size: '5m' }, ['a', 'b']);
    await assertRefused(start(other), /^stores a, b were kept as window \(/);
  });

  it('goes on with more stores, with fewer, and in the shape that it had', async () => {
    for (const [records, stores] of [['a'], ['a', 'b'], ['b'], ['b', 'a']].entries()) {
      const streams = start(windowed(WINDOWS, stores));
      send(1000 * records);
      await app.untilCommitted(records + 1);
      await streams.close();
    }
  });

  it('does not begin with a store that was removed, and comes back in another shape', async () => {
    await runWith(windowed(WINDOWS, ['a', 'b']));
    const without = start(windowed(WINDOWS, ['a']));
    send(2000);
    await app.untilCommitted(2);
    await without.close();
    const back = windowedStores([
      ['a', WINDOWS],
      ['b', { ...WINDOWS, size: '5m' }],
    ]);
    await assertRefused(start(back), /^store b was kept as window/);
  });

  it('takes state without a shape, of an earlier version, as it is', async () => {
    await runWith(windowed(WINDOWS));
    const log = app.cluster.log(AUDIT, 0);
    const last = log.committed.findLast(({ key }) => key?.toString() === '0_0');
    const { stores, ...earlier } = JSON.parse(last?.value?.toString() ?? '{}') as Record<string, unknown>;
    assert.ok(stores !== undefined, 'the checkpoint has the shapes');
    const { key = null, timestamp = 0 } = last ?? {};
    log.append({ key, value: Buffer.from(JSON.stringify(earlier)), timestamp, headers: NO_HEADERS }, undefined);
    app.directory = new MemoryStateDirectory();
    start(windowed({ ...WINDOWS, size: '5m' }));
    send(2000);
    await app.untilCommitted(2);
  });

  it('takes any shape as long as no task has committed', async () => {
    const before = start(windowed(WINDOWS));
    await app.until(() => before.state === 'RUNNING');
    await before.close();
    start(windowed({ ...WINDOWS, size: '5m' }));
    send(1000);
    await app.untilCommitted(1);
  });
});

function windowed(windows: TimeWindowsOptions, stores: readonly string[] = ['counts']): Topology {
  return windowedStores(stores.map(store => [store, windows]));
}

function windowedStores(stores: readonly (readonly [string, TimeWindowsOptions])[]): Topology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream<string, unknown>('in').groupByKey();
  for (const [store, windows] of stores) {
    grouped
      .windowedBy(TimeWindows.of(windows))
      .count({ as: store })
      .toStream(({ key, window }) => `${key}@${window.start}`)
      .to('out', COUNT);
  }
  return builder.build();
}

function unwindowed(): Topology {
  const builder = new StreamsBuilder();
  builder.stream<string, unknown>('in').groupByKey().count({ as: 'counts' }).toStream().to('out', COUNT);
  return builder.build();
}

function distinct(): Topology {
  const builder = new StreamsBuilder();
  const stream = builder.stream<string, unknown>('in');
  stream.groupByKey().windowedBy(TimeWindows.of(WINDOWS)).distinct({ as: 'counts' }).to('out');
  return builder.build();
}

function suppressed(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, unknown>('in')
    .groupByKey()
    .count({ as: 'other' })
    .suppress(Suppressed.untilTimeLimit('1s'), { name: 'counts' })
    .toStream()
    .to('out', COUNT);
  return builder.build();
}
