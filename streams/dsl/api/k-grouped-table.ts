import type { GroupedSource } from '../declare/grouped-source.js';
import { serdesOr } from '../declare/repartition.js';
import { keyValueStore, onlyStore } from '../declare/store-spec.js';
import { addTableTopN } from '../declare/top-n-of-table.js';
import type { Change } from '../graph/change.js';
import type { TableAggregateNode } from '../graph/node.js';
import type { Materialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import { KTable } from './k-table.js';

/** How the rows of a group become one aggregate (Java: `Initializer`, and two `Aggregator`s). */
export interface TableAggregation<K, V, A> {
  /** The aggregate before the first row. */
  initializer(): A;
  /**
   * The aggregate with one more row. null deletes the aggregate, and the next row starts from `initializer` again. The
   * function may change `aggregate` and return it.
   */
  adder(key: K, value: V, aggregate: A): A | null;
  /** The aggregate without a row that was added before. null, and changes, as with `adder`. */
  subtractor(key: K, value: V, aggregate: A): A | null;
}

type Functions = Pick<TableAggregateNode, 'initializer' | 'adder' | 'subtractor'>;

const COUNT: Functions = Object.freeze({
  initializer: () => 0,
  adder: (_key: unknown, _value: unknown, count: number) => count + 1,
  subtractor: (_key: unknown, _value: unknown, count: number) => count - 1,
});

/**
 * A table whose rows are grouped by a new key (Java: `KGroupedTable`). When a row changes, the old row is subtracted
 * from the aggregate of its group, and the new row is added to that of its own, which may be another one. The group
 * that a row leaves has its result first. Functions must be synchronous. If one throws, the update goes to the
 * processing exception handler. Each method throws a TopologyError if another store of the topology has the name `as`.
 */
export class KGroupedTable<K, V> {
  readonly #source: GroupedSource<K, Change<V>>;
  readonly #valueSerde: Serde<V>;
  readonly #rowSerde: Serde<unknown>;

  /** @internal `rowSerde`: of the keys of the table. */
  constructor(source: GroupedSource<K, Change<V>>, valueSerde: Serde<V>, rowSerde: Serde<unknown>) {
    this.#source = source;
    this.#valueSerde = valueSerde;
    this.#rowSerde = rowSerde;
  }

  /**
   * Counts the rows of each group. The count of a group that has lost all its rows is 0.
   *
   * ```ts
   * customers.groupBy((id, { country }) => ({ key: country, value: id })).count({ as: 'customers-of-countries' });
   * ```
   */
  count(materialized: Materialized<K, number>): KTable<K, number> {
    return this.#aggregate('KTABLE-AGGREGATE', COUNT, materialized, Serdes.json<number>());
  }

  /**
   * Combines the values of each group into one value. The first row is the first aggregate. A null result deletes the
   * row of the group.
   *
   * ```ts
   * customers
   *   .groupBy((_id, { country, points }) => ({ key: country, value: points }))
   *   .reduce((sum, points) => sum + points, (sum, points) => sum - points, { as: 'points-of-countries' });
   * ```
   */
  reduce(
    adder: (aggregate: V, value: V) => V | null,
    subtractor: (aggregate: V, value: V) => V | null,
    materialized: Materialized<K, V>,
  ): KTable<K, V> {
    const functions: Functions = {
      initializer: undefined,
      adder: (_key: unknown, value: V, aggregate: V) => adder(aggregate, value),
      subtractor: (_key: unknown, value: V, aggregate: V) => subtractor(aggregate, value),
    };
    return this.#aggregate('KTABLE-REDUCE', functions, materialized, this.#valueSerde);
  }

  /**
   * Combines the values of each group into an aggregate of another type.
   *
   * ```ts
   * customers.groupBy((_id, { country, name }) => ({ key: country, value: name })).aggregate(
   *   {
   *     initializer: (): string[] => [],
   *     adder: (_country, name, names) => [...names, name],
   *     subtractor: (_country, name, names) => names.toSpliced(names.indexOf(name), 1),
   *   },
   *   { as: 'names-of-countries' },
   * );
   * ```
   */
  aggregate<A>(aggregation: TableAggregation<K, V, A>, materialized: Materialized<K, A>): KTable<K, NonNullable<A>> {
    const functions: Functions = {
      initializer: () => aggregation.initializer(),
      adder: (key: K, value: V, aggregate: A) => aggregation.adder(key, value, aggregate),
      subtractor: (key: K, value: V, aggregate: A) => aggregation.subtractor(key, value, aggregate),
    };
    const table = this.#aggregate('KTABLE-AGGREGATE', functions, materialized, Serdes.json<A>());
    return table as KTable<K, NonNullable<A>>;
  }

  /**
   * Keeps the `n` rows of each group with the highest scores, as a list: the highest score first. Rows with the same score
   * are in the order of the bytes of their keys. The list is exact: when a row leaves it, the row after it comes in. A
   * group without rows has no list.
   *
   * Lists are sent at the commit, also without caching, and only those that have changed. So other operators of the task
   * find the list of the last commit. `n`, the size of a list and its default serde are those of `KGroupedStream.topN`. If
   * `score` throws, or does not return a finite number, the update goes to the processing exception handler, and the list
   * has the row as it was. A row keeps its score until it changes, also if the topology has another `score` then.
   *
   * The store `<as>-ranked` has all rows of the groups, and the store `<as>-scores` their scores. So a row costs two writes
   * for each change of its score, and a changed list a short scan at the commit. The rows move with their keys, so the
   * operator has a repartition topic of its own, with the name `as`.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * const sold: KTable<string, number> = orders
   *   .groupBy((_id, order) => order.productId)
   *   .count({ as: 'orders-of-products' });
   * sold
   *   .join(products, (count, product) => ({ count, name: product.name }), { as: 'sold-products' })
   *   .groupBy((_id, row) => ({ key: row.name.charAt(0), value: row }))
   *   .topN(10, (_letter, row) => row.count, { as: 'best-sellers' })
   *   .toStream()
   *   .to('best-sellers');
   * ```
   */
  topN(
    n: number,
    score: (key: K, value: V) => number,
    materialized: Materialized<K, readonly Scored<V>[]>,
  ): KTable<K, readonly Scored<V>[]> {
    const rows = { rowSerde: this.#rowSerde, valueSerde: this.#valueSerde };
    const { node, serdes } = addTableTopN(this.#source, rows, n, score, materialized);
    return new KTable<K, readonly Scored<V>[]>(this.#source.graph, node, serdes);
  }

  #aggregate<A>(
    prefix: string,
    functions: Functions,
    materialized: Materialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<K, A> {
    const { graph, serdes: grouped } = this.#source;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const store = keyValueStore(graph, materialized, serdes);
    const node = graph.add(prefix, materialized.name, {
      kind: 'tableAggregate',
      parents: [this.#source.partitionedFor(materialized.as)],
      ...onlyStore(store),
      ...functions,
    });
    return new KTable<K, A>(graph, node, serdes);
  }
}
