import assert from 'node:assert/strict';
import { describe } from 'mocha';
import { JoinWindows, type KStream, SessionWindows, SlidingWindows } from '../../streams/index.js';
import { ALL_KEYS, always, difference, groups, type Item, latest, rowsOf, type Sides } from './operator-truth.js';
import type { Entry } from './stateful-sources.js';

const DIFFERENCE_MS = 5;
/** Nothing is late. */
const GRACE = '1h';

/** The key that each group refers to. `z` refers to nothing. */
const FOREIGN: ReadonlyMap<string, string | null> = new Map([
  ['x', 'a'],
  ['y', 'b'],
  ['z', null],
]);

function sidesOf(members: readonly Item[]): { readonly left: readonly Item[]; readonly right: readonly Item[] } {
  return {
    left: members.filter(({ side }) => side === 'left'),
    right: members.filter(({ side }) => side === 'right'),
  };
}

function near(a: Item, b: Item): boolean {
  return Math.abs(a.timestamp - b.timestamp) <= DIFFERENCE_MS;
}

describe('what is computed from several tasks, through crashes and rebalances, is what is computed at once', () => {
  always(
    'sums of a grouped table',
    ({ source }) =>
      source
        .toTable({ as: 'rows' })
        .groupBy((_key, { group, n }) => ({ key: group, value: n }))
        .aggregate(
          {
            initializer: () => 0,
            adder: (_group, n, sum) => sum + n,
            subtractor: (_group, n, sum) => sum - n,
          },
          { as: 'sums' },
        )
        .toStream(),
    (results, items) => {
      const sums: Record<string, number> = {};
      for (const { group } of items) sums[group ?? ''] = 0;
      for (const { group, n } of latest(items).values()) sums[group ?? ''] = (sums[group ?? ''] ?? 0) + n;
      const rows = rowsOf(results);
      // A group that has lost its rows within one transaction was never there.
      for (const group of Object.keys(sums)) if (sums[group] === 0 && !(group in rows)) delete sums[group];
      assert.deepEqual(rows, Object.fromEntries(Object.entries(sums).sort()));
    },
  );

  for (const type of ['join', 'leftJoin', 'outerJoin'] as const) {
    always(
      `a ${type} of tables`,
      ({ source }) => {
        const tableOf = (side: Entry['side']) =>
          source.filter((_key, value) => value.side === side).toTable({ name: side });
        const joiner = (left: Entry | null, right: Entry | null): string => `${left?.n ?? '-'}/${right?.n ?? '-'}`;
        const [left, right] = [tableOf('left'), tableOf('right')];
        const joined = { as: 'joined' };
        if (type === 'join') return left.join(right, joiner, joined).toStream();
        return (
          type === 'leftJoin' ? left.leftJoin(right, joiner, joined) : left.outerJoin(right, joiner, joined)
        ).toStream();
      },
      (results, items) => {
        const [left, right] = [latest(items, 'left'), latest(items, 'right')];
        const rows: Record<string, string> = {};
        for (const key of [...new Set([...left.keys(), ...right.keys()])].sort()) {
          const [own, other] = [left.get(key), right.get(key)];
          const isThere = type === 'join' ? own && other : type === 'leftJoin' ? own : (own ?? other);
          if (isThere !== undefined) rows[key] = `${own?.n ?? '-'}/${other?.n ?? '-'}`;
        }
        assert.deepEqual(rowsOf(results), rows);
      },
    );

    const ofStreams = ({ moved }: Sides): KStream<string, unknown> => {
      const sideOf = (side: Entry['side']) => moved.filter((_key, value) => value.side === side);
      const joiner = (left: Entry | null, right: Entry | null): string => `${left?.n ?? '-'}/${right?.n ?? '-'}`;
      const windows = JoinWindows.of({ timeDifference: DIFFERENCE_MS, grace: GRACE, closeOnIdle: true });
      const [left, right, named] = [sideOf('left'), sideOf('right'), { as: 'pairs' }];
      if (type === 'join') return left.join(right, joiner, windows, named);
      return type === 'leftJoin'
        ? left.leftJoin(right, joiner, windows, named)
        : left.outerJoin(right, joiner, windows, named);
    };
    const isAlone = (own: Item, others: readonly Item[]): boolean => !others.some(each => near(own, each));
    const alone = ({ side, n }: Item): string => (side === 'left' ? `${n}/-` : `-/${n}`);
    const waits = ({ side }: Item): boolean => type === 'outerJoin' || (type === 'leftJoin' && side === 'left');
    const joinedOf = (members: readonly Item[]): string[] => {
      const { left, right } = sidesOf(members);
      return [
        ...left.flatMap(a => right.filter(b => near(a, b)).map(b => `${a.n}/${b.n}`)),
        ...members.filter(each => waits(each) && isAlone(each, each.side === 'left' ? right : left)).map(alone),
      ];
    };

    always(`a ${type} of streams`, ofStreams, (results, items) => {
      for (const [group, members] of groups(items)) {
        assert.deepEqual([...(results.get(group) ?? [])].sort(), joinedOf(members).sort());
      }
    });

    // As in Java, a record whose window time has passed when it comes does not wait: it comes out alone at once, and
    // again with each record of the other side that comes within the grace.
    always(
      `a ${type} of streams, while time passes`,
      ofStreams,
      (results, items) => {
        const latestTime = Math.max(...items.map(({ timestamp }) => timestamp));
        for (const [group, members] of groups(items)) {
          const { left, right } = sidesOf(members);
          const mayComeAlone = members.filter(each => {
            const meets = !isAlone(each, each.side === 'left' ? right : left);
            return waits(each) && meets && each.timestamp + DIFFERENCE_MS < latestTime;
          });
          const { missing, more } = difference(joinedOf(members), results.get(group) ?? []);
          assert.deepEqual(missing, []);
          assert.deepEqual(difference(mayComeAlone.map(alone), more).more, []);
        }
      },
      { keys: ALL_KEYS, size: 'medium' },
    );
  }

  for (const type of ['join', 'leftJoin'] as const) {
    always(
      `a ${type} by a foreign key`,
      ({ source }) => {
        const tableOf = (side: Entry['side']) =>
          source.filter((_key, value) => value.side === side).toTable({ name: side });
        const joiner = (left: Entry, right: Entry | null): string => `${left.n}/${right?.n ?? '-'}`;
        const [left, right, named] = [tableOf('left'), tableOf('right'), { as: 'joined' }];
        return (
          type === 'join'
            ? left.join(right, ({ group }) => FOREIGN.get(group ?? '') ?? null, joiner, named)
            : left.leftJoin(right, ({ group }) => FOREIGN.get(group ?? '') ?? null, joiner, named)
        ).toStream();
      },
      (results, items) => {
        const [left, right] = [latest(items, 'left'), latest(items, 'right')];
        const rows: Record<string, string> = {};
        for (const key of [...left.keys()].sort()) {
          const own = left.get(key);
          const other = right.get(FOREIGN.get(own?.group ?? '') ?? '');
          if (other !== undefined || type === 'leftJoin') rows[key] = `${own?.n}/${other?.n ?? '-'}`;
        }
        assert.deepEqual(rowsOf(results), rows);
      },
      // Answers to rows that have changed since are more likely with more of them.
      { keys: ALL_KEYS, size: 'medium' },
    );
  }

  for (const type of ['join', 'leftJoin'] as const) {
    always(
      `a ${type} of a stream with a versioned table`,
      ({ moved }) => {
        const sideOf = (side: Entry['side']) => moved.filter((_key, value) => value.side === side);
        const table = sideOf('right').toTable({ as: 'versions', historyRetention: GRACE });
        const joiner = (left: Entry, right: Entry | null): string => `${left.n}/${right?.n ?? '-'}`;
        const named = { name: 'as-of', gracePeriod: GRACE, closeOnIdle: true } as const;
        const left = sideOf('left');
        return type === 'join' ? left.join(table, joiner, named) : left.leftJoin(table, joiner, named);
      },
      (results, items) => {
        for (const [group, members] of groups(items)) {
          const { left, right } = sidesOf(members);
          const unexplained = (results.get(group) ?? []).map(String);
          for (const each of left) {
            const earlier = right.filter(({ timestamp }) => timestamp <= each.timestamp);
            const time = Math.max(...earlier.map(({ timestamp }) => timestamp));
            // Versions of one time come from several tasks. Any of them may be the last.
            const versions = earlier.filter(({ timestamp }) => timestamp === time).map(({ n }) => `${each.n}/${n}`);
            if (versions.length === 0 && type === 'join') continue;
            const expected = versions.length === 0 ? [`${each.n}/-`] : versions;
            const found = unexplained.findIndex(result => expected.includes(result));
            assert.notEqual(found, -1, `${group}: one of ${expected.join(' ')} of ${results.get(group)?.join(' ')}`);
            unexplained.splice(found, 1);
          }
          assert.deepEqual(unexplained, []);
        }
      },
    );
  }

  always(
    'a join of a stream with itself',
    ({ moved }) => {
      const windows = JoinWindows.of({ timeDifference: DIFFERENCE_MS, grace: GRACE });
      return moved.join(moved, (left, right) => `${left.n}/${right.n}`, windows, { as: 'pairs' });
    },
    (results, items) => {
      for (const [group, members] of groups(items)) {
        const expected = members.flatMap(a => members.filter(b => near(a, b)).map(b => `${a.n}/${b.n}`));
        assert.deepEqual([...(results.get(group) ?? [])].sort(), expected.sort());
      }
    },
  );

  always(
    'sessions',
    ({ moved }) =>
      moved
        .groupByKey()
        .windowedBy(SessionWindows.of({ gap: DIFFERENCE_MS, grace: GRACE }))
        .count({ as: 'sessions' })
        .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`),
    (results, items) => {
      const expected: Record<string, number> = {};
      for (const [group, members] of groups(items)) {
        const times = members.map(({ timestamp }) => timestamp).sort((a, b) => a - b);
        for (let from = 0; from < times.length; ) {
          let to = from;
          while (to + 1 < times.length && (times[to + 1] ?? 0) - (times[to] ?? 0) <= DIFFERENCE_MS) to++;
          expected[`${group}@${times[from]}-${times[to]}`] = to - from + 1;
          from = to + 1;
        }
      }
      assert.deepEqual(rowsOf(results), Object.fromEntries(Object.entries(expected).sort()));
    },
  );

  always(
    'sliding windows',
    ({ moved }) =>
      moved
        .groupByKey()
        .windowedBy(SlidingWindows.of({ timeDifference: DIFFERENCE_MS, grace: GRACE }))
        .count({ as: 'windows' })
        .toStream(({ key, window: { start } }) => `${key}@${start}`),
    (results, items) => {
      const expected: Record<string, number> = {};
      for (const [group, members] of groups(items)) {
        for (const { timestamp } of members) {
          for (const start of [Math.max(0, timestamp - DIFFERENCE_MS), timestamp + 1]) {
            const count = members.filter(
              each => each.timestamp >= start && each.timestamp <= start + DIFFERENCE_MS,
            ).length;
            if (count > 0) expected[`${group}@${start}`] = count;
          }
        }
      }
      assert.deepEqual(rowsOf(results), Object.fromEntries(Object.entries(expected).sort()));
    },
  );
});
