import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { ConsumerRecord, Topology } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { CRASH_POINTS, type CrashPoint } from '../../streams/testing/simulated-process.js';
import { SENT_AT_COMMIT, STATEFUL_OPERATORS } from './stateful-operators.js';
import { STATEFUL_PROCESSORS } from './stateful-processors.js';
import { type Entry, topologyOf } from './stateful-sources.js';
import { STORES_IN_MEMORY } from './stores-in-memory.js';

/** `RUNS=300` for a longer look. */
const RUNS = Number(process.env.RUNS ?? 12);
/** Time after which state is persisted. */
const PERSIST_MS = 31_000;

interface Draft extends Entry {
  readonly key: string;
  readonly timestamp: number;
}

type Action =
  | { readonly kind: 'produce'; readonly draft: Draft }
  | { readonly kind: 'run' | 'commit' | 'crash' | 'rebalance' | 'persist' }
  | { readonly kind: 'crashAt'; readonly point: CrashPoint };

const draft = fc.record({
  key: fc.constantFrom('a', 'b', 'c'),
  side: fc.constantFrom('left', 'right'),
  group: fc.constantFrom('x', 'y', null),
  n: fc.integer({ min: 0, max: 9 }),
  timestamp: fc.integer({ min: 0, max: 60 }),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: draft.map(draft => ({ kind: 'produce' as const, draft })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom('run', 'commit', 'crash', 'rebalance', 'persist').map(kind => ({ kind }) as const),
  },
  { weight: 2, arbitrary: fc.constantFrom(...CRASH_POINTS).map(point => ({ kind: 'crashAt' as const, point })) },
);

function produce(driver: TopologyTestDriver, { key, timestamp, side, group, n }: Draft): void {
  driver.produce('in', { key, value: { side, group, n }, timestamp });
}

async function play(topology: Topology, actions: readonly Action[], compared: Compared): Promise<readonly string[]> {
  const driver = await TopologyTestDriver.create(topology, { autoCommit: false, cacheMaxBytes: 0 });
  try {
    for (const each of actions) {
      if (each.kind === 'produce') produce(driver, each.draft);
      else if (each.kind === 'crashAt') driver.crashAt(each.point);
      else if (each.kind === 'persist') for (let s = 0; s < PERSIST_MS; s += 1000) await driver.advanceWallClock(1000);
      else await driver[each.kind]();
    }
    // A crash that is still due may come in the first of these commits.
    for (let n = 0; n < 3; n++) {
      await driver.run();
      await driver.commit();
    }
    return compared(driver.written);
  } finally {
    await driver.close();
  }
}

type Compared = (written: readonly ConsumerRecord[]) => readonly string[];

const allResults: Compared = written =>
  written.map(
    ({ topic, key, value, timestamp }) => `${topic} ${timestamp} ${key?.toString('latin1')} ${value?.toString()}`,
  );

/** The rows of a table at the end. The timestamp of a row is that of the commit in which it changed. */
const lastRows: Compared = written => {
  const rows = new Map(written.map(({ topic, key, value }) => [`${topic} ${key?.toString('latin1')}`, value]));
  return [...rows].flatMap(([row, value]) => (value === null ? [] : [`${row} ${value.toString()}`])).sort();
};

/** The same input, without anything that goes wrong. */
function undisturbed(actions: readonly Action[]): readonly Action[] {
  return actions.filter(({ kind }) => kind === 'produce');
}

const subjects = [
  ...Object.entries({ ...STATEFUL_OPERATORS, ...STATEFUL_PROCESSORS, ...STORES_IN_MEMORY }).map(([name, declare]) => ({
    name,
    declare,
    compared: allResults,
  })),
  ...Object.entries(SENT_AT_COMMIT).map(([name, declare]) => ({ name, declare, compared: lastRows })),
];

for (const { name, declare, compared } of subjects) {
  describe(`${name}, through crashes`, () => {
    for (const point of CRASH_POINTS) {
      it(`gives what it gives without: ${point}`, async () => {
        const drafts: Draft[] = Array.from({ length: 60 }, (_, n) => ({
          key: 'abc'[n % 3] ?? 'a',
          side: n % 2 === 0 ? 'left' : 'right',
          group: n % 5 === 0 ? null : `g${n % 4}`,
          n,
          timestamp: (n % 7 === 0 ? Math.max(0, n - 9) : n) + (n < 30 ? 0 : 40),
        }));
        const input = drafts.map(draft => ({ kind: 'produce', draft }) as const);
        const steps: Action[] = [
          ...input.slice(0, 20),
          { kind: 'run' },
          { kind: 'commit' },
          { kind: 'persist' },
          ...input.slice(20, 40),
          { kind: 'run' },
          { kind: 'crashAt', point },
          { kind: 'commit' },
          ...input.slice(40),
        ];
        const topology = topologyOf(declare);
        const expected = await play(topology, input, compared);
        assert.ok(expected.length > 0);
        assert.deepEqual(await play(topology, steps, compared), expected);
      });
    }

    it('gives what it gives without, wherever they come', async function () {
      this.timeout(60_000);
      const topology = topologyOf(declare);
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 60 }), async actions => {
          const expected = await play(topology, undisturbed(actions), compared);
          assert.deepEqual(await play(topology, actions, compared), expected);
        }),
        { numRuns: RUNS, interruptAfterTimeLimit: 40_000 },
      );
    });
  });
}
