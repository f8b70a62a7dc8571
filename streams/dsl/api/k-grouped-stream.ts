import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import type { GroupedSource } from '../declare/grouped-source.js';
import { notNull, serdesOr } from '../declare/repartition.js';
import { onlyStore, storeSpec } from '../declare/store-spec.js';
import type { AggregateCombiner } from '../graph/node.js';
import type { Materialized } from '../options/options.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type { Windows } from '../windows/windows.js';
import { KTable } from './k-table.js';
import { TimeWindowedKStream } from './time-windowed-k-stream.js';

/** How values become an aggregate. */
export interface Aggregation<K, V, A> {
  /** The aggregate of no values. */
  initializer(): A;
  /** The aggregate with one value more; null deletes the row. It may change and return `aggregate` itself. */
  aggregator(key: K, value: V, aggregate: A): A | null;
  /**
   * Merges the aggregates of two sets of values. Giving it says that the aggregation is associative, so values are
   * aggregated before they move to their partition. It may change and return `left`.
   */
  combiner?(key: K, left: A, right: A): A;
}

/** @internal What an aggregate node is made of; the same for windowed ones. */
export interface AggregateParts {
  readonly prefix: string;
  readonly initializer: (() => unknown) | undefined;
  readonly aggregator: { bivarianceHack(key: unknown, value: unknown, aggregate: unknown): unknown }['bivarianceHack'];
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

/** @internal An aggregate is a value too: the combiner reduces two of them. */
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

/**
 * A stream grouped by its key (Java: `KGroupedStream`). Records with a null key are dropped, counted. So are records
 * with a null value, unless the stream is grouped by window too.
 */
export class KGroupedStream<K, V> {
  readonly #source: GroupedSource<K, V>;

  /** @internal */
  constructor(source: GroupedSource<K, V>) {
    this.#source = source;
  }

  /** The number of records by key. */
  count(materialized: Materialized<K, number>): KTable<K, number> {
    return this.#aggregate(COUNT, materialized, Serdes.json<number>());
  }

  /**
   * The values of a key as one; the first value is the first aggregate. `associative` says that
   * `reduce(a, reduce(b, c))` equals `reduce(reduce(a, b), c)`, so that values are reduced before they move.
   */
  reduce(
    reducer: (aggregate: NonNullable<V>, value: NonNullable<V>) => V | null,
    materialized: Materialized<K, V> & { readonly associative?: boolean },
  ): KTable<K, NonNullable<V>> {
    const parts = reduceParts(reducer, materialized.associative ?? false);
    return this.#aggregate(parts, materialized, this.#source.serdes.valueSerde);
  }

  /** An aggregate by key. */
  aggregate<A>(
    aggregation: Aggregation<K, NonNullable<V>, A>,
    materialized: Materialized<K, A>,
  ): KTable<K, NonNullable<A>> {
    return this.#aggregate(aggregateParts(aggregation), materialized, Serdes.json<A>());
  }

  /** Groups by window too. */
  windowedBy(windows: Windows): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream<K, V>(this.#source, windows, 'onWindowUpdate');
  }

  #aggregate<A>(
    parts: AggregateParts,
    materialized: Materialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<K, NonNullable<A>> {
    const { graph, serdes: grouped } = this.#source;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const store = storeSpec(graph, materialized, serdes, new KeyValueKind());
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
