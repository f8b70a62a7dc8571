import type { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { SuppressionKind } from '../../../stores/kinds/suppression.js';
import { changeSerde } from '../declare/change-serde.js';
import { addForeignKeyJoin } from '../declare/foreign-key-join.js';
import { GroupedSource } from '../declare/grouped-source.js';
import { declaredStores } from '../declare/process.js';
import { givenSerdes, type KnownSerdes, serdesOr } from '../declare/repartition.js';
import { checkThatTheyClose, keyValueStore, onlyStore, storeSpec, tableStore } from '../declare/store-spec.js';
import type { Change } from '../graph/change.js';
import { type Graph, lastingName, TopologyError } from '../graph/graph.js';
import type { ForeignKeyRegisterNode, GraphNode, JoinType, SuppressUntil, TableJoinNode } from '../graph/node.js';
import { isVersioned } from '../graph/versioned.js';
import type { KeyValue } from '../options/key-value.js';
import type { Grouped, Named, OptionallyMaterialized } from '../options/options.js';
import type { Suppressed } from '../options/suppressed.js';
import type { FunctionsMustBeSynchronous, IfPromise } from '../options/synchronous.js';
import type { ProcessorOptions } from '../processor/processor.js';
import type { StoreSpec } from '../processor/store-spec.js';
import type { ValueTransformerSupplier } from '../processor/value-transformer.js';
import type { Serde } from '../serde/serdes.js';
import type { ClosingWindows } from '../windows/windows.js';
import { KGroupedTable } from './k-grouped-table.js';
import { KStream } from './k-stream.js';

type Joiner = TableJoinNode['joiner'];
type ForeignKey = ForeignKeyRegisterNode['extractor'];

/**
 * A table: the latest value of each key, and the stream of its updates (Java: `KTable`). An update with a null value is
 * a tombstone: it deletes the row. Functions must be synchronous. If one throws, the update goes to the processing
 * exception handler.
 */
export class KTable<K, V> {
  readonly #graph: Graph;
  readonly #node: GraphNode;
  readonly #serdes: KnownSerdes<K, V>;
  readonly #windows: ClosingWindows | undefined;

  /** @internal */
  constructor(graph: Graph, node: GraphNode, serdes: KnownSerdes<K, V>, windows?: ClosingWindows) {
    this.#graph = graph;
    this.#node = node;
    this.#serdes = serdes;
    this.#windows = windows;
  }

  /**
   * Keeps the rows for which `predicate` returns true. A row for which it returns false is deleted. The function is not
   * called for tombstones.
   *
   * ```ts
   * const french: KTable<string, Customer> = customers.filter((_id, customer) => customer.country === 'FR');
   * ```
   */
  filter(predicate: (key: K, value: V) => boolean, options: OptionallyMaterialized<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, false, options);
  }

  /**
   * Keeps the rows for which `predicate` returns false. A row for which it returns true is deleted. The function is not
   * called for tombstones.
   *
   * ```ts
   * customers.filterNot((_id, customer) => customer.points === 0, { as: 'customers-with-points' });
   * ```
   */
  filterNot(predicate: (key: K, value: V) => boolean, options: OptionallyMaterialized<K, V> = {}): KTable<K, V> {
    return this.#filter(predicate, true, options);
  }

  /**
   * Replaces the value of each row. The function is not called for tombstones, which are passed on. It may also be
   * called for the old value of an update, so it must return the same result for the same row.
   *
   * ```ts
   * const names: KTable<string, string> = customers.mapValues(customer => customer.name);
   * ```
   */
  mapValues<P extends PromiseLike<unknown>>(
    mapper: (value: V, key: K) => P,
    ...options: IfPromise<P, [options?: OptionallyMaterialized<K, P>]>
  ): FunctionsMustBeSynchronous;
  mapValues<VR>(mapper: (value: V, key: K) => VR, options?: OptionallyMaterialized<K, VR>): KTable<K, VR>;
  mapValues<VR>(
    mapper: (value: V, key: K) => VR,
    options: OptionallyMaterialized<K, VR> = {},
  ): KTable<K, VR> | FunctionsMustBeSynchronous {
    const { keySerde } = this.#serdes;
    const { serdes, ...stores } = this.#materialized<VR>(options, keySerde === undefined ? {} : { keySerde });
    const node = this.#graph.add('KTABLE-MAPVALUES', options.name, {
      kind: 'tableMapValues',
      hidesHistory: hasSerdes(options),
      parents: [this.#node],
      ...stores,
      mapper,
    });
    return new KTable<K, VR>(this.#graph, node, serdes, this.#windows);
  }

  /**
   * Transforms the value of each row with stores, times and punctuations (Java: `transformValues`). Unlike `mapValues` it
   * is also called for rows that are deleted, and its result for them counts. Without a name `as` the table has no store:
   * then each look-up calls a transformer again, and old values are transformed where an operator uses them.
   *
   * ```ts
   * const versions = Stores.keyValueStore<string, number>({ name: 'versions' });
   * const versioned: KTable<string, string> = customers.transformValues(
   *   context => {
   *     const store = context.getStateStore(versions);
   *     return (customer, id) => {
   *       const version = (store.get(id) ?? 0) + 1;
   *       store.put(id, version);
   *       return customer === null ? null : `${customer.name} ${version}`;
   *     };
   *   },
   *   { as: 'versioned-customers', stores: [versions] },
   * );
   * ```
   */
  transformValues<VR>(
    supplier: ValueTransformerSupplier<K, V, VR>,
    options: OptionallyMaterialized<K, VR> & ProcessorOptions = {},
  ): KTable<K, VR> {
    const { keySerde } = this.#serdes;
    const { serdes, ...stores } = this.#materialized<VR>(options, keySerde === undefined ? {} : { keySerde });
    const node = this.#graph.add('KTABLE-TRANSFORMVALUES', options.name, {
      kind: 'tableTransformValues',
      hidesHistory: hasSerdes(options),
      parents: [this.#node],
      ...stores,
      storeNames: declaredStores(this.#graph, options.stores),
      supplier: supplier as ValueTransformerSupplier<unknown, unknown, unknown>,
    });
    return new KTable<K, VR>(this.#graph, node, serdes, this.#windows);
  }

  /**
   * Sends the updates as records of a stream, with new keys. A null value is a tombstone; `keyMapper` gets it too. A
   * later grouping may move records to another partition.
   *
   * ```ts
   * customers.toStream((_id, customer) => customer?.country ?? 'deleted').to('changes-by-country');
   * ```
   */
  toStream<KR>(keyMapper: (key: K, value: V | null) => KR, named?: Named): KStream<KR, V | null>;
  /**
   * Sends the updates as records of a stream. A null value is a tombstone.
   *
   * ```ts
   * customers.toStream().to('changes');
   * ```
   */
  toStream(named?: Named): KStream<K, V | null>;
  toStream<KR>(
    first?: Named | ((key: K, value: V | null) => KR),
    second?: Named,
  ): KStream<K, V | null> | KStream<KR, V | null> {
    const [keyMapper, named] = first instanceof Function ? [first, second ?? {}] : [undefined, first ?? {}];
    const parents = [this.#node];
    const node = this.#graph.add('KTABLE-TOSTREAM', named.name, {
      kind: 'toStream',
      parents,
      keyMapper,
    });
    if (keyMapper === undefined) {
      return new KStream<K, V | null>(this.#graph, node, this.#serdes as KnownSerdes<K, V | null>, false);
    }
    return new KStream<KR, V | null>(this.#graph, node, {}, true);
  }

  /**
   * Groups the rows by a new key (Java: `KTable.groupBy`). `selector` returns the key of the group, and the value that is
   * aggregated. A row whose new key or new value is null is in no group. The function is also called for the old value
   * of an update, so it must return the same result for the same row. Rows move to the partition of their group.
   *
   * ```ts
   * customers.groupBy((id, { country }) => ({ key: country, value: id })).count({ as: 'customers-of-countries' });
   * ```
   */
  groupBy<KR, VR>(
    selector: (key: K, value: V) => KeyValue<KR, VR>,
    options: Grouped<NonNullable<KR>, NonNullable<VR>> = {},
  ): KGroupedTable<NonNullable<KR>, NonNullable<VR>> {
    const { keySerde, valueSerde } = serdesOr<NonNullable<KR>, NonNullable<VR>>(options, {});
    const node = this.#graph.add('KTABLE-SELECT', options.name, {
      kind: 'tableGroup',
      parents: [this.#node],
      keySerde,
      mapper: selector,
    });
    const serdes = { keySerde, valueSerde: changeSerde(valueSerde) };
    const source = new GroupedSource<NonNullable<KR>, Change<NonNullable<VR>>>(
      this.#graph,
      node,
      serdes,
      true,
      options.name,
    );
    return new KGroupedTable(source, valueSerde, serdesOr(this.#serdes, {}).keySerde as Serde<unknown>);
  }

  /**
   * Joins the rows of two tables with the same key. There is a row where both have one. An update of either table
   * updates the result, with the higher of the timestamps of the two rows. Both topics must have the same number of
   * partitions. A null result of `joiner` deletes the row.
   *
   * ```ts
   * const scores = builder.table<string, number>('scores');
   * customers.join(scores, (customer, score) => ({ ...customer, score })).toStream().to('scored-customers');
   * ```
   */
  join<VO, VR>(
    other: KTable<K, VO>,
    joiner: (value: V, other: VO, key: K) => VR,
    options?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  /**
   * Joins each row with the row of the other table that it refers to (KIP-213): `foreignKey` gets its key from the row.
   * An update of either table updates the results. A row whose foreign key is null has no result. The two topics may have
   * different numbers of partitions. The function is also called for the old value of an update, so it must return the
   * same key for the same row.
   *
   * ```ts
   * const sold = orders.toTable({ name: 'sold-orders' }).join(
   *   products,
   *   order => order.productId,
   *   (order, product) => ({ product: product.name, value: order.amount * product.price }),
   * );
   * sold.toStream().to('sold');
   * ```
   */
  join<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKey: (value: V, key: K) => KO | null,
    joiner: (value: V, other: VO, key: K) => VR,
    options?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  join<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    first: (value: V, other: VO & K, key: K) => VR | KO | null,
    second?: ((value: V, other: VO, key: K) => VR) | OptionallyMaterialized<K, VR>,
    third?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>> {
    if (second instanceof Function) {
      return this.#joinForeign(other as KTable<KO, VO>, first as ForeignKey, 'inner', second as Joiner, third);
    }
    return this.#join(other as KTable<K, VO>, 'inner', first as Joiner, second);
  }

  /**
   * The same, with a row for each row of this table: `other` is null where the other table has none.
   *
   * ```ts
   * const scores = builder.table<string, number>('scores');
   * const scored = customers.leftJoin(scores, (customer, score) => ({ ...customer, score: score ?? 0 }));
   * scored.toStream().to('scored-customers');
   * ```
   */
  leftJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: (value: V, other: VO | null, key: K) => VR,
    options?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  /**
   * The same as `join` by a foreign key, with a result for each row of this table.
   *
   * ```ts
   * orders
   *   .toTable({ name: 'all-orders' })
   *   .leftJoin(products, order => order.productId, (order, product) => ({ ...order, product: product?.name ?? null }))
   *   .toStream()
   *   .to('named-orders');
   * ```
   */
  leftJoin<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKey: (value: V, key: K) => KO | null,
    joiner: (value: V, other: VO | null, key: K) => VR,
    options?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>>;
  leftJoin<KO, VO, VR>(
    other: KTable<K, VO> | KTable<KO, VO>,
    first: (value: V, other: (VO & K) | null, key: K) => VR | KO | null,
    second?: ((value: V, other: VO | null, key: K) => VR) | OptionallyMaterialized<K, VR>,
    third?: OptionallyMaterialized<K, VR>,
  ): KTable<K, NonNullable<VR>> {
    if (second instanceof Function) {
      return this.#joinForeign(other as KTable<KO, VO>, first as ForeignKey, 'left', second as Joiner, third);
    }
    return this.#join(other as KTable<K, VO>, 'left', first as Joiner, second);
  }

  /**
   * The same, with a row where either table has one. At least one of the two values is not null.
   *
   * ```ts
   * const former = builder.table<string, Customer>('former-customers');
   * customers.outerJoin(former, (now, before) => now ?? before, { as: 'all-customers' });
   * ```
   */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: (value: V | null, other: VO | null, key: K) => VR,
    options: OptionallyMaterialized<K, VR> = {},
  ): KTable<K, NonNullable<VR>> {
    return this.#join(other, 'outer', joiner as Joiner, options);
  }

  /** @internal For the joins of streams. */
  get node(): GraphNode {
    return this.#node;
  }

  /**
   * Holds back updates until `suppressed` lets them pass (KIP-328). The store `name` keeps the buffer. Throws a
   * TopologyError for `untilWindowCloses` on a table without windows, or on windows that never close, and for a versioned
   * table, as Java does: the buffer keeps the update that came last, which may be an older version.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }))
   *   .count({ as: 'clicks-of-hours' })
   *   .suppress(Suppressed.untilWindowCloses(), { name: 'final-clicks' })
   *   .toStream(({ key, window }) => `${key}@${window.start}`)
   *   .to('clicks-of-hours');
   * ```
   */
  suppress(suppressed: Suppressed, options: { readonly name: string }): KTable<K, V> {
    if (isVersioned(this.#node)) {
      throw new TopologyError(
        `suppress ${options.name}: the table is versioned: suppress takes a table without history`,
      );
    }
    const kind = new SuppressionKind(suppressed.kind === 'untilTimeLimit' ? 'timeLimit' : 'windowCloses');
    const store = storeSpec(this.#graph, { as: options.name }, serdesOr<K, V>({}, this.#serdes), kind);
    const node = this.#graph.add('KTABLE-SUPPRESS', options.name, {
      kind: 'suppress',
      parents: [this.#node],
      ...onlyStore(store),
      until: this.#until(suppressed),
    });
    return new KTable<K, V>(this.#graph, node, this.#serdes, this.#windows);
  }

  #join<VO, VR>(
    other: KTable<K, VO>,
    joinType: JoinType,
    joiner: Joiner,
    options: OptionallyMaterialized<K, VR> = {},
  ): KTable<K, NonNullable<VR>> {
    const { keySerde } = this.#serdes;
    const { serdes, ...stores } = this.#materialized<VR>(options, keySerde === undefined ? {} : { keySerde });
    const node = this.#graph.add('KTABLE-JOIN', options.name, {
      kind: 'tableJoin',
      parents: [this.#node, other.#node],
      ...stores,
      joinType,
      joiner,
    });
    return new KTable<K, NonNullable<VR>>(this.#graph, node, serdes as KnownSerdes<K, NonNullable<VR>>, this.#windows);
  }

  #joinForeign<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKey: ForeignKey,
    joinType: 'inner' | 'left',
    joiner: Joiner,
    options: OptionallyMaterialized<K, VR> = {},
  ): KTable<K, NonNullable<VR>> {
    const name = lastingName(options.as ?? options.name, 'a join by a foreign key keeps rows');
    const left = {
      node: this.#node,
      serdes: serdesOr<unknown, unknown>({}, this.#serdes as KnownSerdes<unknown, unknown>),
    };
    const right = {
      node: other.#node,
      serdes: serdesOr<unknown, unknown>({}, other.#serdes as KnownSerdes<unknown, unknown>),
    };
    const resolved = addForeignKeyJoin(this.#graph, left, right, foreignKey, joinType, joiner, name);
    const { keySerde } = this.#serdes;
    const serdes = serdesOr<K, VR>(options, keySerde === undefined ? {} : { keySerde });
    const node = this.#graph.add('KTABLE-FK-JOIN-OUTPUT', options.name, {
      kind: 'table',
      parents: [resolved],
      ...tableStore(this.#graph, { ...options, as: name }, serdes, options.as !== undefined),
    });
    return new KTable<K, NonNullable<VR>>(this.#graph, node, serdes as KnownSerdes<K, NonNullable<VR>>, this.#windows);
  }

  #until(suppressed: Suppressed): SuppressUntil {
    const { maxRecords } = suppressed;
    if (suppressed.kind === 'untilTimeLimit') {
      return { kind: 'timeLimit', ms: suppressed.ms, maxRecords, stopsWhenFull: suppressed.whenFull === 'shutDown' };
    }
    if (this.#windows === undefined) {
      throw new TopologyError('suppress untilWindowCloses: the table has no windows');
    }
    checkThatTheyClose(this.#windows, 'suppress untilWindowCloses');
    const { graceMs, closeOnIdle } = this.#windows;
    return { kind: 'windowCloses', graceMs, closeOnIdle, maxRecords, stopsWhenFull: true };
  }

  #filter(
    predicate: (key: K, value: V) => boolean,
    negated: boolean,
    options: OptionallyMaterialized<K, V>,
  ): KTable<K, V> {
    const { serdes, ...stores } = this.#materialized<V>(options, this.#serdes);
    const node = this.#graph.add('KTABLE-FILTER', options.name, {
      kind: 'tableFilter',
      hidesHistory: hasSerdes(options),
      parents: [this.#node],
      ...stores,
      negated,
      predicate,
    });
    return new KTable<K, V>(this.#graph, node, serdes, this.#windows);
  }

  /** The store of a node that has one if it is named, and the serdes of its rows. */
  #materialized<VR>(
    { as, ...options }: OptionallyMaterialized<K, VR>,
    known: KnownSerdes<K, VR>,
  ): {
    readonly store: StoreSpec<KeyValueKind> | undefined;
    readonly stores: readonly StoreSpec[];
    readonly serdes: KnownSerdes<K, VR>;
  } {
    if (as === undefined)
      return { store: undefined, stores: Object.freeze([]), serdes: { ...known, ...givenSerdes(options) } };
    const serdes = serdesOr<K, VR>(options, known);
    return { ...onlyStore(keyValueStore(this.#graph, { ...options, as }, serdes)), serdes };
  }
}

function hasSerdes<K, V>({ keySerde, valueSerde }: KnownSerdes<K, V>): boolean {
  return keySerde !== undefined || valueSerde !== undefined;
}
