import {
  JoinWindows,
  type KGroupedStream,
  type KStream,
  type KTable,
  Serdes,
  SessionWindows,
  SlidingWindows,
  Stores,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../streams/index.js';

/** What the input of these topologies is. */
export interface Entry {
  readonly side: 'left' | 'right';
  readonly group: string | null;
  readonly n: number;
}

interface Sources {
  readonly all: KStream<string, Entry>;
  readonly left: KStream<string, Entry>;
  readonly right: KStream<string, Entry>;
  readonly grouped: KGroupedStream<string, Entry>;
}

type Declare = (sources: Sources) => KStream<string, unknown>;

const join = (left: Entry | null, right: Entry | null): string => `${left?.n ?? '-'}/${right?.n ?? '-'}`;
const scoreOf = (_key: string, { n }: Entry): number => n;
const sum = (_key: string, { n }: Entry, total: number): number => total + n;
const zero = (): number => 0;

const WITHIN = JoinWindows.of({ timeDifference: 5, grace: 10 });
const SESSIONS = SessionWindows.of({ gap: 5, grace: 10 });
const SLIDING = SlidingWindows.of({ timeDifference: 5, grace: 10 });
/** A process that dies loses these rows, and has them from the changelog again. */
const IN_MEMORY = { inMemory: true };
const SUMS = Stores.keyValueStore<string, number>({ name: 'sums' });
const SUMS_IN_MEMORY = Stores.keyValueStore<string, number>({ name: 'sums', ...IN_MEMORY });
const WINDOWS = Stores.windowStore<string, number>({ name: 'windows', retention: 30, windowSize: 10 });
const PROCESSED_SESSIONS = Stores.sessionStore<string, number>({ name: 'processed-sessions', retention: 30 });
const VERSIONS = Stores.versionedKeyValueStore<string, number>({ name: 'versions', historyRetention: 20 });
const RECENT = Stores.lruMap<string, number>({ name: 'recent', maxEntries: 3 });
const TUMBLING = TimeWindows.of({ size: 10, grace: 5 });

function named<V>(table: KTable<Windowed<string>, V>): KStream<string, unknown> {
  return table.toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`);
}

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
  'a processor with a store': ({ all }) =>
    all.process<string, string>(
      context => {
        const sums = context.getStateStore(SUMS);
        return ({ key, value, timestamp }) => {
          const total = (sums.get(key) ?? 0) + value.n;
          sums.put(key, total % 30 === 0 ? null : total);
          context.forward({ key, value: `${total}`, timestamp });
        };
      },
      { stores: [SUMS] },
    ),
  'stores in memory: a join of tables, and one that is on disk': ({ left, right }) =>
    left
      .toTable({ as: 'left', ...IN_MEMORY })
      .join(right.toTable({ as: 'right' }), join, { as: 'joined', ...IN_MEMORY })
      .toStream(),
  'stores in memory: a versioned table': ({ all }) =>
    all
      .toTable({ as: 'versions', historyRetention: 10, ...IN_MEMORY })
      .groupBy((_key, { group, n }) => ({ key: group, value: n }))
      .aggregate(
        { initializer: zero, adder: (_group, n, total) => total + n, subtractor: (_group, n, total) => total - n },
        { as: 'totals', ...IN_MEMORY },
      )
      .toStream(),
  'stores in memory: a left join of streams': ({ left, right }) =>
    left.leftJoin(right, join, WITHIN, { as: 'pairs', ...IN_MEMORY }),
  'stores in memory: a count of different values by window': ({ grouped }) =>
    named(grouped.windowedBy(TUMBLING).countDistinct((_key, { n }) => `${n % 5}`, { as: 'values', ...IN_MEMORY })),
  'stores in memory: sessions': ({ grouped }) =>
    named(grouped.windowedBy(SESSIONS).count({ as: 'sessions', ...IN_MEMORY })),
  'stores in memory: a processor': ({ all }) =>
    all.process<string, string>(
      context => {
        const sums = context.getStateStore(SUMS_IN_MEMORY);
        return ({ key, value, timestamp }) => {
          const total = (sums.get(key) ?? 0) + value.n;
          sums.put(key, total);
          context.forward({ key, value: `${total}`, timestamp });
        };
      },
      { stores: [SUMS_IN_MEMORY] },
    ),
  'a processor that walks its store': ({ all }) =>
    all.process<string, string>(
      context => {
        const sums = context.getStateStore(SUMS);
        return async ({ key, value, timestamp }) => {
          const row = `${key}-${value.group}-${value.n}`;
          const removed = sums.delete(row);
          if (removed === null) sums.put(row, value.n);
          const rows: string[] = [];
          for await (const entry of sums.prefixScan(key, Serdes.string())) rows.push(`${entry.key}=${entry.value}`);
          context.forward({ key, value: rows.join(' '), timestamp });
        };
      },
      { stores: [SUMS] },
    ),
  'a processor that keeps what was used recently': ({ all }) =>
    all.process<string, string>(
      context => {
        const recent = context.getStateStore(RECENT);
        return ({ key, value, timestamp }) => {
          const before = recent.get(`${value.n % 5}`);
          recent.put(`${value.n % 5}`, value.n);
          context.forward({ key, value: `${before}`, timestamp });
        };
      },
      { stores: [RECENT] },
    ),
  'a processor with windows': ({ all }) =>
    all.process<string, string>(
      context => {
        const windows = context.getStateStore(WINDOWS);
        return async ({ key, value, timestamp }) => {
          windows.put(key, value.n === 5 ? null : value.n, timestamp);
          const found: string[] = [];
          for await (const entry of windows.fetch(key, timestamp - 20, timestamp + 20))
            found.push(`${entry.key}=${entry.value}`);
          for await (const entry of windows.backwardAll()) found.push(`${entry.key.key}@${entry.key.window.start}`);
          context.forward({ key, value: found.join(' '), timestamp });
        };
      },
      { stores: [WINDOWS] },
    ),
  'a processor with sessions': ({ all }) =>
    all.process<string, string>(
      context => {
        const sessions = context.getStateStore(PROCESSED_SESSIONS);
        return async ({ key, value, timestamp }) => {
          let window = { start: timestamp, end: timestamp };
          let sum = value.n;
          for await (const session of sessions.findSessions(key, timestamp - 5, timestamp + 5)) {
            const { start, end } = session.key.window;
            window = { start: Math.min(start, window.start), end: Math.max(end, window.end) };
            sum += session.value;
            sessions.remove(session.key);
          }
          sessions.put({ key, window }, sum);
          context.forward({ key, value: `${window.start}-${window.end} ${sum}`, timestamp });
        };
      },
      { stores: [PROCESSED_SESSIONS] },
    ),
  'a processor with versions': ({ all }) =>
    all.process<string, string>(
      context => {
        const versions = context.getStateStore(VERSIONS);
        return ({ key, value, timestamp }) => {
          const put = versions.put(key, value.n % 4 === 0 ? null : value.n, timestamp);
          const before = versions.get(key, timestamp - 3);
          const now = versions.get(key);
          context.forward({ key, value: `${put} ${before?.value} ${now?.value}@${now?.timestamp}`, timestamp });
        };
      },
      { stores: [VERSIONS] },
    ),
  'processors that share a store': ({ left, right }) => {
    left.process(
      context => {
        const sums = context.getStateStore(SUMS);
        return ({ key, value }) => sums.put(key, value.n);
      },
      { stores: [SUMS] },
    );
    return right.processValues<string>(
      context => {
        const sums = context.getStateStore(SUMS);
        return record => context.forward(record.withValue(`${record.value.n} of ${sums.get(record.key)}`));
      },
      { stores: [SUMS] },
    );
  },
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

/** With `rekeyed` the records move to the partition of their group before the operator. */
export function topologyOf(declare: Declare, { rekeyed = false } = {}): Topology {
  const builder = new StreamsBuilder();
  const source = builder.stream<string, Entry>('in', { dropNullKeys: true, dropNullValues: true });
  const all = rekeyed ? source.selectKey((_key, { group }) => group ?? 'none').repartition({ name: 'moved' }) : source;
  declare({
    all,
    left: all.filter((_key, { side }) => side === 'left'),
    right: all.filter((_key, { side }) => side === 'right'),
    grouped: all.groupByKey(),
  }).to('out');
  return builder.build();
}
