import type { CogroupPart } from '../declare/cogrouped-source.js';
import type { GroupedSource, TimedAggregator } from '../declare/grouped-source.js';
import { notNull, serdesOr } from '../declare/repartition.js';
import { scoredSerde } from '../declare/scored-serde.js';
import { keyValueStore, onlyStore } from '../declare/store-spec.js';
import { topAggregation } from '../declare/top-n.js';
import type { AggregateCombiner } from '../graph/node.js';
import type { Materialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import { SessionWindows } from '../windows/session-windows.js';
import { SlidingWindows } from '../windows/sliding-windows.js';
import type { Windows } from '../windows/windows.js';
import { type CogroupAggregator, CogroupedKStream } from './cogrouped-k-stream.js';
import { KTable } from './k-table.js';
import { SessionWindowedKStream } from './session-windowed-k-stream.js';
import { SlidingWindowedKStream } from './sliding-windowed-k-stream.js';
import { TimeWindowedKStream } from './time-windowed-k-stream.js';

/** How the values of a key become one aggregate (Java: `Initializer` and `Aggregator`). */
export interface Aggregation<K, V, A> {
  /** The aggregate before the first value. */
  initializer(): A;
  /**
   * The aggregate after one more value. null deletes the row, and the next value starts from `initializer` again. The
   * function may change `aggregate` and return it.
   */
  aggregator(key: K, value: V, aggregate: A): A | null;
  /**
   * Merges the aggregates of two sets of values. Giving it says that the aggregation is associative, so values are
   * aggregated before they move to their partition. It may change and return `left`. Extension: Java Kafka Streams does
   * not have this.
   */
  combiner?(key: K, left: A, right: A): A;
}

/** @internal The part of an aggregate node that does not depend on windows. */
export interface AggregateParts {
  readonly prefix: string;
  readonly initializer: (() => unknown) | undefined;
  readonly aggregator: TimedAggregator;
  readonly combiner: AggregateCombiner | undefined;
}

/** @internal */
export const COUNT: AggregateParts = Object.freeze({
  prefix: 'KSTREAM-AGGREGATE',
  initializer: () => 0,
  aggregator: (_key: unknown, _value: unknown, count: number) => count + 1,
  combiner: (_key: unknown, left: number, right: number) => left + right,
});

/** @internal */
export function aggregateParts<K, V, A>(aggregation: Aggregation<K, V, A>): AggregateParts {
  return {
    prefix: 'KSTREAM-AGGREGATE',
    initializer: () => aggregation.initializer(),
    aggregator: (key: K, value: V, aggregate: A) => aggregation.aggregator(key, value, aggregate),
    combiner: aggregation.combiner === undefined ? undefined : aggregation.combiner.bind(aggregation),
  };
}

/** @internal The parts of a reduce. An aggregate is a value too, so `reducer` also merges two aggregates. */
export function reduceParts<A extends V, V>(
  reducer: (aggregate: A, value: V) => unknown,
  associative: boolean,
): AggregateParts {
  return {
    prefix: 'KSTREAM-REDUCE',
    initializer: undefined,
    aggregator: (_key: unknown, value: V, aggregate: A) => reducer(aggregate, value),
    combiner: associative ? (_key: unknown, left: A, right: A) => reducer(left, right) : undefined,
  };
}

/** @internal The parts of `topN`. */
export function topParts<K, V>(n: number, score: (key: K, value: V) => number, as: string): AggregateParts {
  const { merger, ...parts } = topAggregation(n, score, as);
  return { ...parts, combiner: merger };
}

/**
 * A stream that is grouped by its key (Java: `KGroupedStream`). Aggregations drop records with a null key and count
 * them as dropped. Aggregations without windows treat records with a null value in the same way. Each method throws a
 * TopologyError if another store of the topology has the name `as`.
 */
export class KGroupedStream<K, V> {
  readonly #source: GroupedSource<K, V>;

  /** @internal */
  constructor(source: GroupedSource<K, V>) {
    this.#source = source;
  }

  /**
   * Counts the records of each key.
   *
   * ```ts
   * clicks.groupByKey().count({ as: 'clicks-of-customers' }).toStream().to('counts');
   * ```
   */
  count(materialized: Materialized<K, number>): KTable<K, number> {
    return this.#aggregate(COUNT, materialized, Serdes.json<number>());
  }

  /**
   * Combines the values of each key into one value. The first value is the first aggregate. A null result deletes the
   * row.
   *
   * `associative: true` states that `reduce(a, reduce(b, c))` equals `reduce(reduce(a, b), c)`. Then values are
   * combined before they move to the partition of their key.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * orders
   *   .mapValues(order => order.amount)
   *   .groupByKey()
   *   .reduce((largest, amount) => Math.max(largest, amount), { as: 'largest', associative: true });
   * ```
   */
  reduce(
    reducer: (aggregate: NonNullable<V>, value: NonNullable<V>) => V | null,
    materialized: Materialized<K, V> & { readonly associative?: boolean },
  ): KTable<K, NonNullable<V>> {
    const parts = reduceParts(reducer, materialized.associative ?? false);
    return this.#aggregate(parts, materialized, this.#source.serdes.valueSerde);
  }

  /**
   * Combines the values of each key into an aggregate of another type.
   *
   * ```ts
   * const totals = orders
   *   .groupBy((_id, order) => order.customerId)
   *   .aggregate(
   *     {
   *       initializer: () => ({ orders: 0, amount: 0 }),
   *       aggregator: (_customer, order, total) => ({ orders: total.orders + 1, amount: total.amount + order.amount }),
   *     },
   *     { as: 'totals' },
   *   );
   * totals.toStream().to('totals');
   * ```
   */
  aggregate<A>(
    aggregation: Aggregation<K, NonNullable<V>, A>,
    materialized: Materialized<K, A>,
  ): KTable<K, NonNullable<A>> {
    return this.#aggregate(aggregateParts(aggregation), materialized, Serdes.json<A>());
  }

  /**
   * Keeps the `n` records of each key with the highest scores, as a list: the highest score first. Records with the same
   * score are in the order of their timestamps, and those with the same timestamp in the order in which they came. As
   * with any aggregation, each record of the key sends its list again, or with caching one of them once a commit.
   *
   * `n` is a whole number from 1 to 1000; otherwise a TopologyError is thrown. The list is one row, so the serialized
   * values together must be smaller than a record may be (1 MB). If `score` throws, or does not return a finite number,
   * the record goes to the processing exception handler. Records are combined before they move to the partition of
   * their key.
   *
   * Default serde of the lists: JSON, if JSON keeps the values of the stream as they are (those of `Serdes.json()`, texts,
   * whole numbers, booleans). Otherwise a list as of `Serdes.list`, whose values have the bytes of their own serde.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * orders
   *   .groupBy((_id, order) => order.customerId)
   *   .topN(3, (_customer, order) => order.amount, { as: 'largest-orders' })
   *   .mapValues(top => top.map(({ value, score }) => `${value.productId}: ${score}`))
   *   .toStream()
   *   .to('largest-orders');
   * ```
   */
  topN(
    n: number,
    score: (key: K, value: NonNullable<V>) => number,
    materialized: Materialized<K, readonly Scored<NonNullable<V>>[]>,
  ): KTable<K, readonly Scored<NonNullable<V>>[]> {
    const parts = topParts(n, score, materialized.as);
    return this.#aggregate(parts, materialized, scoredSerde(notNull(this.#source.serdes.valueSerde)));
  }

  /**
   * Begins a cogroup: the values of this group, and of the groups that follow, make one aggregate for each key (KIP-150).
   *
   * ```ts
   * const byCustomer = orders.groupBy((_id, order) => order.customerId);
   * byCustomer
   *   .cogroup<number>((_customer, order, points) => points + order.amount)
   *   .cogroup(clicks.groupByKey(), (_customer, _click, points) => points + 1)
   *   .aggregate(() => 0, { as: 'points' });
   * ```
   */
  cogroup<A>(aggregator: CogroupAggregator<K, NonNullable<V>, A>): CogroupedKStream<K, A> {
    return new CogroupedKStream<K, A>([this.cogrouped(aggregator)]);
  }

  /** @internal */
  cogrouped<A>(aggregator: CogroupAggregator<K, NonNullable<V>, A>): CogroupPart<K> {
    const ofPart = (key: K, value: NonNullable<V>, aggregate: A): A | null => aggregator(key, value, aggregate);
    return { source: this.#source as GroupedSource<K, unknown>, aggregator: ofPart };
  }

  /**
   * Groups the records of each key by sessions too.
   *
   * ```ts
   * clicks.groupByKey().windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' })).count({ as: 'clicks-of-visits' });
   * ```
   */
  windowedBy(windows: SessionWindows): SessionWindowedKStream<K, V>;
  /**
   * Groups the records of each key by sliding windows too.
   *
   * ```ts
   * const windows = SlidingWindows.of({ timeDifference: '10m', grace: '1m' });
   * clicks.groupByKey().windowedBy(windows).count({ as: 'clicks-of-ten-minutes' });
   * ```
   */
  windowedBy(windows: SlidingWindows): SlidingWindowedKStream<K, V>;
  /**
   * Groups the records of each key by windows too.
   *
   * ```ts
   * clicks.groupByKey().windowedBy(TimeWindows.of({ size: '1h', grace: '5m' })).count({ as: 'clicks-of-hours' });
   * ```
   */
  windowedBy(windows: Windows): TimeWindowedKStream<K, V>;
  windowedBy(
    windows: Windows | SessionWindows | SlidingWindows,
  ): TimeWindowedKStream<K, V> | SessionWindowedKStream<K, V> | SlidingWindowedKStream<K, V> {
    if (windows instanceof SlidingWindows) {
      return new SlidingWindowedKStream<K, V>(this.#source, windows, 'onWindowUpdate');
    }
    if (windows instanceof SessionWindows) {
      return new SessionWindowedKStream<K, V>(this.#source, windows, 'onWindowUpdate');
    }
    return new TimeWindowedKStream<K, V>(this.#source, windows, 'onWindowUpdate');
  }

  #aggregate<A>(
    parts: AggregateParts,
    materialized: Materialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<K, NonNullable<A>> {
    const { graph, serdes: grouped } = this.#source;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const store = keyValueStore(graph, materialized, serdes);
    const parent = this.#source.partitionedFor(materialized.as);
    const { prefix, ...functions } = parts;
    const node = graph.add(prefix, materialized.name, {
      kind: 'aggregate',
      parents: [parent],
      ...onlyStore(store),
      ...functions,
    });
    return new KTable<K, NonNullable<A>>(graph, node, { ...serdes, valueSerde: notNull(serdes.valueSerde) });
  }
}
