import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  type AsyncOptions,
  type KStream,
  resumeOnError,
  Serdes,
  StreamsBuilder,
  TimeWindows,
} from '../../streams/index.js';
import { type InputRecord, type TestRecord, TopologyTestDriver } from '../../streams/testing/index.js';
import { CRASH_POINTS, type CrashPoint } from '../../streams/testing/simulated-process.js';
import { AsyncDriver } from '../operators/async/async-driver.js';
import { turns } from '../runtime/waiting-script.js';

describe('calls in flight', () => {
  let tested: AsyncDriver;

  beforeEach(() => {
    tested = new AsyncDriver();
  });

  afterEach(() => tested.close());

  const values = (from: number, to: number): string[] =>
    [...Array(to - from).keys()].map(n => `${'abcd'[(from + n) % 4]}${from + n}`);

  for (const point of CRASH_POINTS) {
    it(`have each result once after the process has died: ${point}`, async () => {
      await tested.create(tested.asking({ maxConcurrent: 4 }), { partitions: 2 });
      const expected = values(0, 30).map(value => `${value}!`);
      tested.produce(...values(0, 10));
      await tested.remote.answering(tested.driver.run());
      await tested.committed();
      await tested.driver.advanceWallClock(31_000);
      tested.produce(...values(10, 20));
      await tested.steps();
      tested.driver.crashAt(point);
      await tested.remote.answering(tested.driver.commit());
      tested.produce(...values(20, 30));
      await tested.remote.answering(tested.driver.run());
      await tested.committed();
      await tested.driver.advanceWallClock(31_000);
      assert.deepEqual(
        tested.driver.written
          .filter(({ topic }) => topic === 'out')
          .map(({ value }) => String(value).slice(1, -1))
          .sort(),
        expected.sort(),
      );
    });
  }

  it('have no effect when the process has died, and are made again', async () => {
    await tested.create(tested.asking());
    tested.produce('a1', 'b2');
    await tested.steps();
    const [before] = tested.remote.calls;
    tested.remote.answer('b2', 'before the crash');
    const crashed = tested.driver.crash();
    before?.answer('of the dead process');
    await tested.remote.answering(crashed);
    assert.deepEqual(await tested.committed(), ['a1!', 'b2!']);
  });

  it('are dropped, and their signals aborted, when the commit of records before them fails', async () => {
    await tested.create(tested.asking(), { commitInterval: 100, commitTurns: 10 });
    tested.produce('a1');
    await tested.steps();
    tested.remote.answer('a1');
    await tested.steps();
    tested.driver.failNextCommit('abort');
    tested.driver.moveWallClock(100);
    await tested.driver.step();
    tested.produce('a2');
    while (tested.remote.inFlight.length === 0) await tested.driver.step();
    const dropped = tested.remote.of('a2');
    await tested.steps(20);
    assert.ok(dropped.call.signal.aborted);
    dropped.answer('of the aborted transaction');
    await tested.remote.answering(tested.driver.run());
    assert.deepEqual(await tested.committed(), ['a1!', 'a2!']);
  });

  it('are waited for when the partitions are revoked', async () => {
    await tested.create(tested.asking(), { partitions: 2 });
    tested.produce('a1', 'b2', 'c3', 'd4');
    await tested.steps();
    const rebalanced = tested.driver.rebalance();
    await turns();
    assert.equal(tested.remote.calls.length, 4);
    await tested.remote.answering(rebalanced);
    assert.deepEqual((await tested.committed()).sort(), ['a1!', 'b2!', 'c3!', 'd4!']);
    assert.equal(tested.remote.calls.length, 4);
  });
});

interface Draft {
  readonly key: string;
  readonly value: number;
  /** Turns of the event loop that the call takes. -1: it gives no promise. */
  readonly turns: number;
  readonly fails: boolean;
  /** How much the time goes on before it, or back. */
  readonly leap: number;
}

type Action =
  | { readonly kind: 'produce'; readonly drafts: readonly Draft[] }
  | { readonly kind: 'step' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'rebalance' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'crashAt'; readonly point: CrashPoint };

const draft: fc.Arbitrary<Draft> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.nat(1000),
  turns: fc.integer({ min: -1, max: 12 }),
  fails: fc.nat(7).map(n => n === 0),
  leap: fc.integer({ min: -30, max: 30 }),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('produce' as const), drafts: fc.array(draft, { maxLength: 6 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('step' as const) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>({ kind: 'commit' }, { kind: 'crash' }, { kind: 'rebalance' }, { kind: 'abort' }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('crashAt' as const), point: fc.constantFrom(...CRASH_POINTS) }),
  },
);

const asyncOptions: fc.Arbitrary<AsyncOptions> = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 5 }),
  order: fc.constantFrom('partition' as const, 'key' as const),
});

const GRACE_MS = 5;
const WINDOWS = TimeWindows.of({ size: 10, grace: GRACE_MS });

/** Gives records their timestamps. `isOrdered`: none is so far behind that it could be late. */
class EventTime {
  readonly #isOrdered: boolean;
  #highest = 0;

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  recordOf(value: Draft): InputRecord<string, Draft> {
    const leap = this.#isOrdered ? Math.max(value.leap, -GRACE_MS) : value.leap;
    const timestamp = Math.max(0, this.#highest + leap);
    this.#highest = Math.max(this.#highest, timestamp);
    return { key: value.key, value, timestamp };
  }
}

type Mapping = (input: KStream<string | null, Draft>) => KStream<string | null, string>;

function topology(map: Mapping, slowKeysOnly: boolean) {
  const builder = new StreamsBuilder();
  const input = builder.stream<string, Draft>('in', { dropNullValues: true });
  let mapped: KStream<string | null, string>;
  if (slowKeysOnly) {
    const { slow, fast } = input
      .split()
      .branch('slow', key => key === 'a')
      .defaultBranch('fast');
    mapped = map(slow).merge(fast.mapValues(({ value }) => `${value}`));
  } else mapped = map(input);
  mapped.to('out', { valueSerde: Serdes.string() });
  mapped
    .groupByKey()
    .windowedBy(WINDOWS)
    .aggregate<string>(
      { initializer: () => '', aggregator: (_key, _value, all) => `${all}.` },
      { as: 'counts', keySerde: Serdes.string() as never, valueSerde: Serdes.string() },
    )
    .toStream(({ key, window }) => `${key}@${window.start}`)
    .to('counts', { valueSerde: Serdes.string() });
  return builder.build();
}

const OPTIONS = {
  partitions: 2,
  autoCommit: false,
  processingExceptionHandler: resumeOnError,
  deadLetterTopic: 'dead',
};

async function outcome(driver: TopologyTestDriver) {
  do await driver.run();
  while (!(await driver.commit()));
  const out = driver.readOutput('out', { valueSerde: Serdes.string() });
  const counts = driver.readOutput('counts', { valueSerde: Serdes.string() });
  const byKey = (records: readonly TestRecord<string, string>[]): Record<string, string[]> => {
    const found: Record<string, string[]> = {};
    for (const { key, value } of records) {
      const values = found[String(key)] ?? [];
      found[String(key)] = values;
      values.push(String(value));
    }
    return found;
  };
  return {
    out: byKey(out),
    counts: Object.fromEntries(Object.entries(byKey(counts)).map(([key, all]) => [key, all.at(-1)?.length])),
    dead: driver.readRecords('dead').length,
    late: driver.counts.reduce((sum, { late }) => sum + late, 0),
    rejected: driver.counts.reduce((sum, { rejected }) => sum + rejected, 0),
  };
}

function failIf({ fails, value }: Draft): string {
  if (fails) throw new Error(`no ${value}`);
  return `${value}`;
}

describe('asynchronous results', () => {
  it('are those of synchronous functions, whatever calls take and whatever goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 25 }),
        asyncOptions,
        fc.boolean(),
        async (actions, options, slowKeysOnly) => {
          const asked = topology(
            input =>
              input.mapValuesAsync(record => {
                if (record.turns < 0) return failIf(record);
                return (async () => {
                  for (let turn = 0; turn < record.turns; turn++) await immediate();
                  return failIf(record);
                })();
              }, options),
            slowKeysOnly,
          );
          const driver = await TopologyTestDriver.create(asked, OPTIONS);
          // Results that pass others are late by the time of their task, and not by that of the operator.
          const time = new EventTime(slowKeysOnly || options.order === 'key');
          const produced: InputRecord<string, Draft>[] = [];
          try {
            for (const each of actions) {
              if (each.kind === 'produce') {
                const records = each.drafts.map(draft => time.recordOf(draft));
                produced.push(...records);
                driver.produce('in', records);
              } else if (each.kind === 'step') await driver.step();
              else if (each.kind === 'commit') await driver.commit();
              else if (each.kind === 'crash') await driver.crash();
              else if (each.kind === 'rebalance') await driver.rebalance();
              else if (each.kind === 'abort') driver.failNextCommit('abort');
              else driver.crashAt(each.point);
            }
            const found = await outcome(driver);
            const synchronous = await TopologyTestDriver.create(
              topology(input => input.mapValues(failIf), slowKeysOnly),
              OPTIONS,
            );
            synchronous.produce('in', produced);
            const expected = await outcome(synchronous);
            await synchronous.close();
            assert.deepEqual(found, expected);
          } finally {
            await driver.close();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
