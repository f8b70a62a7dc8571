import assert from 'node:assert/strict';
import { describe } from 'mocha';
import {
  type KTable,
  type Scored,
  SessionWindows,
  SlidingWindows,
  TimeWindows,
  type Windowed,
} from '../../streams/index.js';
import { ALL_KEYS, groups, type Item, latest, always as playAll, type Results, rowsOf } from './operator-truth.js';
import type { Entry } from './stateful-sources.js';

const N = 2;
const SIZE_MS = 10;
const GRACE_MS = 5;
/** Nothing is late. */
const LONG = '1h';

const score = (_group: string, { n }: Entry): number => n % 20;

function always(...[name, declare, check]: Parameters<typeof playAll>): void {
  playAll(name, declare, check, { keys: ALL_KEYS, size: 'medium' });
}

/** Items with the same score and timestamp come in any order from several tasks. */
function top(items: readonly Item[]): string[] {
  return items
    .map(({ n, timestamp }) => [n % 20, timestamp] as const)
    .sort(([a, at], [b, bt]) => b - a || at - bt)
    .slice(0, N)
    .map(([score, timestamp]) => `${score}@${timestamp}`);
}

function listsOf(results: Results): Record<string, string[]> {
  const rows = Object.entries(rowsOf(results)).map(([key, list]) => {
    const entries = list as readonly Scored<Entry>[];
    for (const { value, score } of entries) assert.equal(value.n % 20, score);
    return [key, entries.map(({ score, timestamp }) => `${score}@${timestamp}`)] as const;
  });
  return Object.fromEntries(rows);
}

function sorted<T>(rows: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(rows).sort());
}

function named<V>(table: KTable<Windowed<string>, V>) {
  return table.toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`);
}

/** The items that were in time, by group. Each late record is one of the items. */
function inTime(items: readonly Item[], late: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const identity = ({ side, group, n, timestamp }: Item): string => JSON.stringify([side, group, n, timestamp]);
  const rest = [...items];
  for (const record of late) {
    assert.equal(record.key, record.group);
    const at = rest.findIndex(item => identity(item) === identity(record));
    assert.ok(at >= 0, 'a record is late twice, or was never sent');
    rest.splice(at, 1);
  }
  return groups(rest);
}

function byWindow<T>(all: ReadonlyMap<string, readonly Item[]>, of: (items: readonly Item[]) => T): Record<string, T> {
  const rows: Record<string, T> = {};
  for (const [group, members] of all) {
    for (const start of new Set(members.map(({ timestamp }) => timestamp - (timestamp % SIZE_MS)))) {
      const within = members.filter(({ timestamp }) => timestamp >= start && timestamp < start + SIZE_MS);
      rows[`${group}@${start}-${start + SIZE_MS}`] = of(within);
    }
  }
  return rows;
}

describe('topN of several tasks, through crashes and rebalances, is what is computed at once', () => {
  always(
    'by key, combined before the records move',
    ({ source }) =>
      source
        .groupBy((_key, { group }) => group)
        .topN(N, score, { as: 'top' })
        .toStream(),
    (results, items) => {
      const expected = Object.fromEntries([...groups(items)].map(([group, members]) => [group, top(members)]));
      assert.deepEqual(listsOf(results), sorted(expected));
    },
  );

  always(
    'by key, without a cache',
    ({ source }) =>
      source
        .groupBy((_key, { group }) => group)
        .topN(N, score, { as: 'top', caching: false })
        .toStream(),
    (results, items) => {
      const expected = Object.fromEntries([...groups(items)].map(([group, members]) => [group, top(members)]));
      assert.deepEqual(listsOf(results), sorted(expected));
    },
  );

  for (const caching of [true, false]) {
    always(
      `by window, with late records, ${caching ? 'combined before they move' : 'without a cache'}`,
      ({ source }) =>
        named(
          source
            .groupBy((_key, { group }) => group)
            .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: GRACE_MS }))
            .lateTo('late')
            .topN(N, score, { as: 'top', caching }),
        ),
      (results, items, late) => {
        assert.deepEqual(listsOf(results), sorted(byWindow(inTime(items, late), top)));
      },
    );
  }

  always(
    'by session',
    ({ moved }) =>
      named(
        moved
          .groupByKey()
          .windowedBy(SessionWindows.of({ gap: 5, grace: LONG }))
          .topN(N, score, { as: 'top' }),
      ),
    (results, items) => {
      const expected: Record<string, string[]> = {};
      for (const [group, members] of groups(items)) {
        const byTime = members.toSorted((a, b) => a.timestamp - b.timestamp);
        for (let from = 0; from < byTime.length; ) {
          let to = from;
          while (to + 1 < byTime.length && timeOf(byTime, to + 1) - timeOf(byTime, to) <= 5) to++;
          const session = byTime.slice(from, to + 1);
          expected[`${group}@${timeOf(byTime, from)}-${timeOf(byTime, to)}`] = top(session);
          from = to + 1;
        }
      }
      assert.deepEqual(listsOf(results), sorted(expected));
    },
  );

  always(
    'by sliding window',
    ({ moved }) =>
      named(
        moved
          .groupByKey()
          .windowedBy(SlidingWindows.of({ timeDifference: 5, grace: LONG }))
          .topN(N, score, { as: 'top' }),
      ),
    (results, items) => {
      const expected: Record<string, string[]> = {};
      for (const [group, members] of groups(items)) {
        for (const { timestamp } of members) {
          for (const start of [Math.max(0, timestamp - 5), timestamp + 1]) {
            const within = members.filter(each => each.timestamp >= start && each.timestamp <= start + 5);
            if (within.length > 0) expected[`${group}@${start}-${start + 5}`] = top(within);
          }
        }
      }
      assert.deepEqual(listsOf(results), sorted(expected));
    },
  );
});

describe('topN of a grouped table of several tasks, through crashes and rebalances, is what is computed at once', () => {
  for (const n of [1, 3]) {
    always(
      `the ${n} highest`,
      ({ source }) =>
        source
          .map((key, value) => ({ key: `${key}${value.n % 2}`, value: value.n % 9 === 0 ? null : value }))
          .toTable({ as: 'rows' })
          .groupBy((key, { group, n }) => ({ key: group, value: { key, n } }))
          .topN(n, (_group, row) => row.n % 20, { as: 'top' })
          .toStream(),
      (results, items) => {
        const rows = latest(items.map(item => ({ ...item, key: `${item.key}${item.n % 2}` })));
        const members = groups([...rows.values()].filter(({ n }) => n % 9 !== 0));
        const expected = [...members].map(([group, items]) => {
          const byKey = items.toSorted((a, b) => (b.n % 20) - (a.n % 20) || (a.key < b.key ? -1 : 1));
          const top = byKey
            .slice(0, n)
            .map(({ key, n, timestamp }) => ({ value: { key, n }, score: n % 20, timestamp }));
          return [group, top] as const;
        });
        assert.deepEqual(rowsOf(results), sorted(Object.fromEntries(expected)));
      },
    );
  }
});

describe('countDistinct of several tasks, through crashes and rebalances', () => {
  always(
    'counts what is in time, and sends the rest to the topic of late records',
    ({ source }) =>
      named(
        source
          .groupBy((_key, { group }) => group)
          .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: GRACE_MS }))
          .lateTo('late')
          .countDistinct((_group, { n }) => `${n % 7}`, { as: 'values' }),
      ),
    (results, items, late) => {
      const expected = byWindow(inTime(items, late), within => new Set(within.map(({ n }) => n % 7)).size);
      assert.deepEqual(rowsOf(results), sorted(expected));
    },
  );
});

function timeOf(items: readonly Item[], index: number): number {
  return items[index]?.timestamp ?? 0;
}
