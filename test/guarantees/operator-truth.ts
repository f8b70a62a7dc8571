import assert from 'node:assert/strict';
import fc from 'fast-check';
import { it } from 'mocha';
import { type KStream, StreamsBuilder, type Topology } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { CRASH_POINTS, type CrashPoint } from '../../streams/testing/simulated-process.js';
import type { Entry } from './stateful-sources.js';

/** `RUNS=300` for a longer look. */
const RUNS = Number(process.env.RUNS ?? 25);
const PARTITIONS = 3;

export interface Item extends Entry {
  readonly key: string;
  readonly timestamp: number;
}

type Action =
  | { readonly kind: 'produce'; readonly item: Item }
  | { readonly kind: 'step' | 'run' | 'commit' | 'crash' | 'rebalance' }
  | { readonly kind: 'crashAt'; readonly point: CrashPoint };

/** None is in partition 0. A task without records holds back the time of the others until the input ends. */
const KEYS = ['a', 'b', 'c', 'd', 'e'];
/** In all partitions, so time advances with each commit. */
export const ALL_KEYS = [...KEYS, 'f'];

/** What the actions are drawn from. */
interface Drawn {
  readonly keys: readonly string[];
  /** How many of them there are, mostly. */
  readonly size: 'small' | 'medium';
}

const item = {
  side: fc.constantFrom('left', 'right'),
  group: fc.constantFrom('x', 'y', 'z'),
  n: fc.integer({ min: 0, max: 99 }),
  timestamp: fc.integer({ min: 0, max: 80 }),
};

const OTHER_ACTIONS: readonly fc.WeightedArbitrary<Action>[] = [
  {
    weight: 5,
    arbitrary: fc.constantFrom('step', 'run', 'commit', 'crash', 'rebalance').map(kind => ({ kind }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(...CRASH_POINTS).map(point => ({ kind: 'crashAt' as const, point })) },
];

function actions({ keys, size }: Drawn): fc.Arbitrary<Action[]> {
  const produce = fc
    .record({ key: fc.constantFrom(...keys), ...item })
    .map(drawn => ({ kind: 'produce' as const, item: drawn }));
  const action = fc.oneof({ weight: 14, arbitrary: produce }, ...OTHER_ACTIONS);
  return fc.array(action, { minLength: 5, maxLength: 80, size });
}

export interface Sides {
  readonly source: KStream<string, Entry>;
  /** Keyed by group, from all tasks. */
  readonly moved: KStream<string, Entry>;
}

function topologyOf(declare: (sides: Sides) => KStream<string, unknown>): Topology {
  const builder = new StreamsBuilder();
  const source = builder.stream<string, Entry>('in', { dropNullKeys: true, dropNullValues: true });
  const moved = source.selectKey((_key, { group }) => group ?? 'none').repartition({ name: 'moved' });
  declare({ source, moved }).to('out');
  return builder.build();
}

/** By key, each list in the order in which its partition has it. */
export type Results = ReadonlyMap<string, readonly unknown[]>;

interface Played {
  /** What the topic `out` has. */
  readonly results: Results;
  /** What the topic `late` has. */
  readonly late: readonly Item[];
}

/** Plays the actions to the end. */
async function play(topology: Topology, actions: readonly Action[]): Promise<Played> {
  const driver = await TopologyTestDriver.create(topology, {
    partitions: PARTITIONS,
    autoCommit: false,
    outputTopics: ['late'],
  });
  try {
    for (const each of actions) {
      if (each.kind === 'produce') {
        const { key, timestamp, side, group, n } = each.item;
        driver.produce('in', { key, value: { side, group, n }, timestamp });
      } else if (each.kind === 'crashAt') driver.crashAt(each.point);
      else await driver[each.kind]();
    }
    // A crash that is still due may come in the first of these commits.
    for (let n = 0; n < 4; n++) {
      await driver.run();
      await driver.commit();
    }
    await driver.endInput();
    const results = new Map<string, unknown[]>();
    for (const { key, value } of driver.readOutput('out'))
      results.set(String(key), [...(results.get(String(key)) ?? []), value]);
    const late = driver.readOutput<string, Entry>('late').map(({ key, value, timestamp }) => {
      assert.ok(key !== null && value !== null);
      return { ...value, key, timestamp };
    });
    return { results, late };
  } finally {
    await driver.close();
  }
}

function itemsOf(actions: readonly Action[]): readonly Item[] {
  return actions.flatMap(each => (each.kind === 'produce' ? [each.item] : []));
}

/** The rows of a table: the last value of each key. */
export function rowsOf(results: Results): Record<string, unknown> {
  const rows = [...results].map(([key, values]) => [key, values.at(-1) ?? null] as const);
  return Object.fromEntries(rows.filter(([, value]) => value !== null).sort());
}

export function groups(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const all = new Map<string, Item[]>();
  for (const each of items) all.set(each.group ?? '', [...(all.get(each.group ?? '') ?? []), each]);
  return all;
}

/** The last item of each key. */
export function latest(items: readonly Item[], side?: Entry['side']): ReadonlyMap<string, Item> {
  return new Map(items.filter(each => side === undefined || each.side === side).map(each => [each.key, each]));
}

/** What `actual` lacks of `expected`, and what it has more, each as often as it does. */
export function difference(
  expected: readonly unknown[],
  actual: readonly unknown[],
): { readonly missing: readonly unknown[]; readonly more: readonly unknown[] } {
  const missing = [...expected];
  const more = actual.filter(each => {
    const index = missing.indexOf(each);
    if (index >= 0) missing.splice(index, 1);
    return index < 0;
  });
  return { missing, more };
}

export function always(
  name: string,
  declare: (sides: Sides) => KStream<string, unknown>,
  check: (results: Results, items: readonly Item[], late: readonly Item[]) => void,
  drawn: Drawn = { keys: KEYS, size: 'small' },
): void {
  it(name, async function () {
    this.timeout(90_000);
    const topology = topologyOf(declare);
    await fc.assert(
      fc.asyncProperty(actions(drawn), async all => {
        const { results, late } = await play(topology, all);
        check(results, itemsOf(all), late);
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
    );
  });
}
