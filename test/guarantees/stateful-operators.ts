import { SlidingWindows, Suppressed } from '../../streams/index.js';
import {
  type Declare,
  type Entry,
  join,
  named,
  SESSIONS,
  type Sources,
  sum,
  TUMBLING,
  WITHIN,
  zero,
} from './stateful-sources.js';

const scoreOf = (_key: string, { n }: Entry): number => n;
const SLIDING = SlidingWindows.of({ timeDifference: 5, grace: 10 });

function tables({ left, right }: Sources) {
  return { leftTable: left.toTable({ as: 'left' }), rightTable: right.toTable({ as: 'right' }) };
}

/** One topology for each stateful operator: from the topic `in` to the topic `out`. */
export const STATEFUL_OPERATORS: Readonly<Record<string, Declare>> = {
  'an aggregation of a grouped table': ({ all }) =>
    all
      .toTable({ as: 'rows' })
      .groupBy((_key, { group, n }) => ({ key: group, value: n }))
      .aggregate(
        {
          initializer: zero,
          adder: (_group, n, total) => total + n,
          subtractor: (_group, n, total) => total - n,
        },
        { as: 'totals' },
      )
      .toStream(),
  'a reduce of a grouped table': ({ all }) =>
    all
      .toTable({ name: 'rows' })
      .groupBy((_key, { group, n }) => ({ key: group, value: String(n) }))
      .reduce(
        (all, n) => `${all}+${n}`,
        (all, n) => `${all}-${n}`,
        { as: 'texts' },
      )
      .toStream(),
  'a filter of a table with a store': ({ all }) =>
    all
      .toTable({ name: 'rows' })
      .filter((_key, { n }) => n % 2 === 0, { as: 'even' })
      .mapValues(({ n }) => n, { as: 'numbers' })
      .toStream(),
  'a join of tables': sources => {
    const { leftTable, rightTable } = tables(sources);
    return leftTable.join(rightTable, join, { as: 'joined' }).toStream();
  },
  'a left join of tables': sources => {
    const { leftTable, rightTable } = tables(sources);
    return leftTable.leftJoin(rightTable, join, { as: 'joined' }).toStream();
  },
  'an outer join of tables': sources => {
    const { leftTable, rightTable } = tables(sources);
    return leftTable.outerJoin(rightTable, join, { as: 'joined' }).toStream();
  },
  'a join of a stream with a table': ({ left, right }) => left.leftJoin(right.toTable({ name: 'right' }), join),
  'a join of a stream with a versioned table': ({ left, right }) =>
    left.leftJoin(right.toTable({ as: 'versions', historyRetention: 20 }), join, { name: 'as-of', gracePeriod: 5 }),
  'a versioned table': ({ all }) =>
    all
      .toTable({ as: 'versions', historyRetention: 10 })
      .groupBy((_key, { group, n }) => ({ key: group, value: n }))
      .aggregate(
        { initializer: zero, adder: (_group, n, total) => total + n, subtractor: (_group, n, total) => total - n },
        { as: 'totals' },
      )
      .toStream(),
  'a join by a foreign key': ({ left, right }) =>
    left
      .toTable({ as: 'left' })
      .leftJoin(
        right.toTable({ as: 'right' }),
        ({ group }) => (group === null ? null : group === 'x' ? 'a' : 'b'),
        join,
        {
          as: 'joined',
        },
      )
      .toStream(),
  'a join of streams': ({ left, right }) => left.join(right, join, WITHIN, { as: 'pairs' }),
  'a left join of streams': ({ left, right }) => left.leftJoin(right, join, WITHIN, { as: 'pairs' }),
  'an outer join of streams': ({ left, right }) => left.outerJoin(right, join, WITHIN, { as: 'pairs' }),
  'a join of a stream with itself': ({ all }) => all.join(all, join, WITHIN, { as: 'pairs' }),
  'a cogroup': ({ left, right }) =>
    left
      .groupByKey()
      .cogroup<number>(sum)
      .cogroup(right.groupByKey(), sum)
      .aggregate(zero, { as: 'totals' })
      .toStream(),
  'a cogroup by window': ({ left, right }) =>
    named(
      left
        .groupByKey()
        .cogroup<number>(sum)
        .cogroup(right.groupByKey(), sum)
        .windowedBy(TUMBLING)
        .aggregate(zero, { as: 'totals' }),
    ),
  'a count of different values by window, with a topic for late records': ({ grouped }) =>
    named(
      grouped
        .windowedBy(TUMBLING)
        .lateTo('late')
        .countDistinct((_key, { n }) => `${n % 5}`, { as: 'values' }),
    ),
  'the records with the highest scores': ({ grouped }) => grouped.topN(2, scoreOf, { as: 'top' }).toStream(),
  'the records with the highest scores by window': ({ grouped }) =>
    named(grouped.windowedBy(TUMBLING).lateTo('late').topN(2, scoreOf, { as: 'top' })),
  'the records with the highest scores by session': ({ grouped }) =>
    named(grouped.windowedBy(SESSIONS).topN(2, scoreOf, { as: 'top' })),
  'the records with the highest scores by sliding window': ({ grouped }) =>
    named(grouped.windowedBy(SLIDING).topN(2, scoreOf, { as: 'top' })),
  sessions: ({ grouped }) => named(grouped.windowedBy(SESSIONS).count({ as: 'sessions' })),
  'sessions that leave when they close': ({ grouped }) =>
    named(
      grouped
        .windowedBy(SESSIONS)
        .emitStrategy('onWindowClose')
        .aggregate(
          { initializer: zero, aggregator: sum, merger: (_key, a, b) => a + b },
          { as: 'sessions', retention: 1000 },
        ),
    ),
  'sliding windows': ({ grouped }) =>
    named(grouped.windowedBy(SLIDING).aggregate({ initializer: zero, aggregator: sum }, { as: 'windows' })),
  'sliding windows that leave when they close': ({ grouped }) =>
    named(grouped.windowedBy(SLIDING).emitStrategy('onWindowClose').count({ as: 'windows' })),
  'suppressed sessions': ({ grouped }) =>
    named(
      grouped
        .windowedBy(SESSIONS)
        .count({ as: 'sessions' })
        .suppress(Suppressed.untilWindowCloses(), { name: 'final' }),
    ),
};

/** The same of operators that send their results at the commit only: which ones these are depends on the commits. */
export const SENT_AT_COMMIT: Readonly<Record<string, Declare>> = {
  'the rows of a grouped table with the highest scores': ({ all }) =>
    all
      .filter((_key, { n }) => n !== 3)
      .toTable({ as: 'rows' })
      .groupBy((_key, { group, n }) => ({ key: group, value: n }))
      .topN(1, (_group, n) => n % 5, { as: 'top' })
      .toStream(),
  'the rows of a grouped table with the highest scores, by several keys': ({ all }) =>
    all
      .map((key, value) => ({ key: `${key}${value.n % 4}`, value: value.side === 'left' ? value : null }))
      .toTable({ as: 'rows' })
      .groupBy((_key, { group, n }) => ({ key: group ?? 'none', value: n }))
      .topN(2, (_group, n) => n, { as: 'top' })
      .toStream(),
};
