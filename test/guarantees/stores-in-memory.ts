import { Stores } from '../../streams/index.js';
import { summing } from './stateful-processors.js';
import { type Declare, join, named, SESSIONS, TUMBLING, WITHIN, zero } from './stateful-sources.js';

const IN_MEMORY = { inMemory: true };
const SUMS_IN_MEMORY = Stores.keyValueStore<string, number>({ name: 'sums', ...IN_MEMORY });

/** Operators whose rows are not on disk. A process that dies has them from the changelog again. */
export const STORES_IN_MEMORY: Readonly<Record<string, Declare>> = {
  'in memory: a join of tables, and one that is on disk': ({ left, right }) =>
    left
      .toTable({ as: 'left', ...IN_MEMORY })
      .join(right.toTable({ as: 'right' }), join, { as: 'joined', ...IN_MEMORY })
      .toStream(),
  'in memory: a versioned table': ({ all }) =>
    all
      .toTable({ as: 'versions', historyRetention: 10, ...IN_MEMORY })
      .groupBy((_key, { group, n }) => ({ key: group, value: n }))
      .aggregate(
        { initializer: zero, adder: (_group, n, total) => total + n, subtractor: (_group, n, total) => total - n },
        { as: 'totals', ...IN_MEMORY },
      )
      .toStream(),
  'in memory: a left join of streams': ({ left, right }) =>
    left.leftJoin(right, join, WITHIN, { as: 'pairs', ...IN_MEMORY }),
  'in memory: a count of different values by window': ({ grouped }) =>
    named(grouped.windowedBy(TUMBLING).countDistinct((_key, { n }) => `${n % 5}`, { as: 'values', ...IN_MEMORY })),
  'in memory: sessions': ({ grouped }) => named(grouped.windowedBy(SESSIONS).count({ as: 'sessions', ...IN_MEMORY })),
  'in memory: a processor': summing(SUMS_IN_MEMORY),
};
