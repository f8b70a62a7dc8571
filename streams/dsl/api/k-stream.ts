import type { Headers } from '../../kafka/record.js';
import { addAsync, mappingValues, processing } from '../declare/async.js';
import { GroupedSource } from '../declare/grouped-source.js';
import {
  addGlobalTableJoin,
  addStreamJoin,
  addStreamTableJoin,
  type Joinable,
  keySerdeOnly,
} from '../declare/joins.js';
import { addProcess } from '../declare/process.js';
import { addRepartition, givenSerdes, type KnownSerdes, notNull, serdesOr } from '../declare/repartition.js';
import { tableStore } from '../declare/store-spec.js';
import { type Graph, lastingName, TopologyError } from '../graph/graph.js';
import type {
  GlobalTableJoinNode,
  GraphNode,
  JoinType,
  ProcessNode,
  StreamJoinNode,
  StreamTableJoinNode,
} from '../graph/node.js';
import type { AsyncOptions } from '../options/async-options.js';
import type { KeyValue } from '../options/key-value.js';
import type { Operators } from '../options/operators.js';
import type {
  Grouped,
  Joined,
  Named,
  OptionallyMaterialized,
  Produced,
  Repartitioned,
  StreamJoined,
} from '../options/options.js';
import type { FunctionsMustBeSynchronous, IfPromise, Synchronous } from '../options/synchronous.js';
import type { AsyncCall, AsyncResults } from '../processor/async-call.js';
import type { FixedKeyProcessorSupplier, ProcessorOptions, ProcessorSupplier } from '../processor/processor.js';
import type { ProcessorRecord } from '../processor/processor-record.js';
import type { Serde } from '../serde/serdes.js';
import type { JoinWindows } from '../windows/join-windows.js';
import { BranchedKStream } from './branched-k-stream.js';
import { GlobalKTable } from './global-k-table.js';
import { KGroupedStream } from './k-grouped-stream.js';
import { KTable } from './k-table.js';

type KeySelector = GlobalTableJoinNode['keySelector'];

/**
 * A stream of records (Java: `KStream`). Its methods add nodes to the topology and process no record.
 *
 * Each function that is given to a method is called once for each record, in the order of the partition. It must be
 * synchronous. It also gets null keys and null values if its types include null. If it throws, the record goes to the
 * processing exception handler. Each method throws a TopologyError if another node of the topology has its name.
 */
export class KStream<K, V> {
  readonly #graph: Graph;
  readonly #node: GraphNode;
  readonly #serdes: KnownSerdes<K, V>;
  readonly #keyChanged: boolean;

  /** @internal */
  constructor(graph: Graph, node: GraphNode, serdes: KnownSerdes<K, V>, keyChanged: boolean) {
    this.#graph = graph;
    this.#node = node;
    this.#serdes = serdes;
    this.#keyChanged = keyChanged;
  }

  /**
   * Keeps the records for which `predicate` returns true. The others are dropped and not counted.
   *
   * A type predicate for the key or for the value narrows the type of the stream. TypeScript infers one from
   * `(_key, value) => value !== null`. It infers none from a function that tests both the key and the value.
   *
   * ```ts
   * orders.filter((_id, order) => order.amount > 100).to('large-orders');
   * ```
   */
  filter<KR extends K>(predicate: (key: K, value: V) => key is KR, named?: Named): KStream<KR, V>;
  filter<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, VR>;
  filter(predicate: (key: K, value: V) => boolean, named?: Named): KStream<K, V>;
  filter(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#filter(predicate, false, named);
  }

  /**
   * Drops the records for which `predicate` returns true. They are not counted. A type predicate narrows the type of
   * the stream, as with `filter`: `key => key === null`.
   *
   * ```ts
   * orders.filterNot((_id, order) => order.tags.includes('test')).to('real-orders');
   * ```
   */
  filterNot<KR extends K>(predicate: (key: K, value: V) => key is KR, named?: Named): KStream<Exclude<K, KR>, V>;
  filterNot<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, Exclude<V, VR>>;
  filterNot(predicate: (key: K, value: V) => boolean, named?: Named): KStream<K, V>;
  filterNot(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#filter(predicate, true, named);
  }

  /**
   * Replaces the key and the value of each record. Timestamp and headers stay. A later grouping may move records to
   * another partition.
   *
   * ```ts
   * orders.map((id, order) => ({ key: order.customerId, value: { id, amount: order.amount } })).to('amounts');
   * ```
   */
  map<KR, VR>(mapper: (key: K, value: V) => KeyValue<KR, VR>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-MAP', named.name, { kind: 'map', parents: [this.#node], mapper });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /**
   * Replaces the value of each record. Key, timestamp, headers and partition stay.
   *
   * ```ts
   * orders.mapValues(order => order.amount).to('amounts');
   * ```
   */
  mapValues<P extends PromiseLike<unknown>>(
    mapper: (value: V, key: K) => P,
    ...named: IfPromise<P, [named?: Named]>
  ): FunctionsMustBeSynchronous;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named?: Named): KStream<K, VR>;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named: Named = {}): KStream<K, VR> | FunctionsMustBeSynchronous {
    const node = this.#graph.add('KSTREAM-MAPVALUES', named.name, { kind: 'mapValues', parents: [this.#node], mapper });
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /**
   * Replaces each record by any number of records, which keep its timestamp and its headers. A later grouping may move
   * records to another partition.
   *
   * ```ts
   * const tagged = orders.flatMap((id, order) => order.tags.map(tag => ({ key: tag, value: id })));
   * tagged.to('orders-by-tag');
   * ```
   */
  flatMap<KR, VR>(mapper: (key: K, value: V) => Iterable<KeyValue<KR, VR>>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-FLATMAP', named.name, { kind: 'flatMap', parents: [this.#node], mapper });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /**
   * Replaces each record by one record for each value that `mapper` returns. These records keep the key, the timestamp,
   * the headers and the partition.
   *
   * ```ts
   * orders.flatMapValues(order => order.tags).to('tags');
   * ```
   */
  flatMapValues<VR>(mapper: (value: V, key: K) => Iterable<VR>, named: Named = {}): KStream<K, VR> {
    const node = this.#graph.add('KSTREAM-FLATMAPVALUES', named.name, {
      kind: 'flatMapValues',
      parents: [this.#node],
      mapper,
    });
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /**
   * Replaces the key of each record. Value, timestamp and headers stay. A later grouping may move records to another
   * partition.
   *
   * ```ts
   * orders.selectKey((_id, order) => order.customerId).to('orders-by-customer');
   * ```
   */
  selectKey<P extends PromiseLike<unknown>>(
    mapper: (key: K, value: V) => P,
    ...named: IfPromise<P, [named?: Named]>
  ): FunctionsMustBeSynchronous;
  selectKey<KR>(mapper: (key: K, value: V) => KR, named?: Named): KStream<KR, V>;
  selectKey<KR>(mapper: (key: K, value: V) => KR, named: Named = {}): KStream<KR, V> | FunctionsMustBeSynchronous {
    return this.#selectKey(mapper, named, 'the mapper of selectKey');
  }

  /**
   * Calls `action` for each record and passes the record on unchanged.
   *
   * ```ts
   * orders.peek((id, order) => console.log(id, order.amount)).to('seen');
   * ```
   */
  peek<R>(action: (key: K, value: V) => Synchronous<R>, named: Named = {}): KStream<K, V> {
    const node = this.#graph.add('KSTREAM-PEEK', named.name, { kind: 'peek', parents: [this.#node], action });
    return new KStream<K, V>(this.#graph, node, this.#serdes, this.#keyChanged);
  }

  /**
   * Calls `action` for each record. No operator follows.
   *
   * ```ts
   * orders.foreach((id, order) => console.log(id, order.amount));
   * ```
   */
  foreach<R>(action: (key: K, value: V) => Synchronous<R>, named: Named = {}): void {
    this.#graph.add('KSTREAM-FOREACH', named.name, { kind: 'peek', parents: [this.#node], action });
  }

  /**
   * Runs the records through operators of another library. `operators` of `tributary/pipe` makes operators of the npm
   * package kafka-streams. Results keep the timestamp and the headers of their record. A later grouping may move
   * records to another partition.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * orders.pipe(operators(records => records.filter(({ value }) => value.amount > 0))).to('positive');
   * ```
   */
  pipe<KR, VR>(operators: Operators<KeyValue<K, V>, KeyValue<KR, VR>>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-PIPE', named.name, { kind: 'pipe', parents: [this.#node], operators });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /**
   * Runs the records through a processor of your own (Java: `KStream.process`), with stores, punctuations and any number
   * of results. `supplier` makes the processor of each task. A later grouping may move records to another partition.
   * Throws a TopologyError when the topology is built if a store is not declared.
   *
   * ```ts
   * const seen = Stores.keyValueStore<string, number>({ name: 'seen' });
   * const withGaps = clicks.process<string, Click & { readonly gapMs: number }>(
   *   context => {
   *     const times = context.getStateStore(seen);
   *     return record => {
   *       const before = times.get(record.key) ?? record.timestamp;
   *       times.put(record.key, record.timestamp);
   *       context.forward(record.withValue({ ...record.value, gapMs: record.timestamp - before }));
   *     };
   *   },
   *   { stores: [seen] },
   * );
   * withGaps.to('clicks-with-gaps');
   * ```
   */
  process<KR = K, VR = V>(supplier: ProcessorSupplier<K, V, KR, VR>, options: ProcessorOptions = {}): KStream<KR, VR> {
    const node = addProcess(this.#graph, this.#node, options, false, supplier as ProcessNode['supplier']);
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /**
   * The same for a processor that keeps the keys (Java: `KStream.processValues`): its records stay in their partition.
   *
   * ```ts
   * const places = orders.processValues<string>(context => record => {
   *   const place = context.recordMetadata();
   *   context.forward(record.withValue(`${place?.topic}-${place?.partition}@${place?.offset}`));
   * });
   * places.to('places', { valueSerde: Serdes.string() });
   * ```
   */
  processValues<VR = V>(supplier: FixedKeyProcessorSupplier<K, V, VR>, options: ProcessorOptions = {}): KStream<K, VR> {
    const node = addProcess(this.#graph, this.#node, options, true, supplier as ProcessNode['supplier']);
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /**
   * Replaces the value of each record by what `mapper` resolves to: for calls of other services. The calls of up to
   * `maxConcurrent` records of a task are in flight at a time. Key, timestamp, headers and partition stay.
   *
   * A commit waits for all calls of its records, and results are a part of the transaction of their record: each takes
   * effect once. The call itself may be repeated, as a retry or after a crash. While a commit is due no further calls
   * begin, so the commit interval should be much longer than a call. Windows and joins after it find a result as late as
   * they would find its record. The row that a join with a table finds is that of the time of the result.
   *
   * If a call fails, and all its retries too, the record goes to the processing exception handler. Throws a
   * TopologyError if an option can't be used, or if the calls of a record may take longer than five minutes: a commit
   * could not wait for them.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * const rated = orders.mapValuesAsync(
   *   async (order, _id, { signal }) => {
   *     const response = await fetch(`https://risk.example/${order.customerId}`, { signal });
   *     return (await response.json()) as number;
   *   },
   *   { maxConcurrent: 64, timeout: '5s', retries: 2 },
   * );
   * rated.to('risks', { valueSerde: Serdes.double() });
   * ```
   */
  mapValuesAsync<VR>(
    mapper: (value: V, key: K, call: AsyncCall) => VR | PromiseLike<VR>,
    options: AsyncOptions = {},
  ): KStream<K, VR> {
    const node = addAsync(this.#graph, this.#node, 'mapValuesAsync', options, mappingValues(mapper));
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /**
   * The same with one record, several or none in the place of each, which may have other keys. They keep the timestamp
   * and the headers of the record unless they have their own. A later grouping may move records to another partition.
   * `processor` has no stores: what it would write before it has settled belongs to no transaction. `process` has them.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * const similar = orders.processAsync(async ({ value }, { signal }) => {
   *   const response = await fetch(`https://catalog.example/${value.productId}/similar`, { signal });
   *   const products = (await response.json()) as string[];
   *   return products.map(product => ({ key: product, value: value.customerId }));
   * });
   * similar.to('recommendations', { valueSerde: Serdes.string() });
   * ```
   */
  processAsync<KR, VR>(
    processor: (
      record: ProcessorRecord<K, V>,
      call: AsyncCall,
    ) => AsyncResults<KR, VR> | PromiseLike<AsyncResults<KR, VR>>,
    options: AsyncOptions = {},
  ): KStream<KR, VR> {
    const node = addAsync(this.#graph, this.#node, 'processAsync', options, processing(processor));
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /**
   * Merges two streams. Records of one stream keep their order. Records of different streams have no order between
   * them. A stream that is merged with itself has each record once, as in Java.
   *
   * ```ts
   * const more = builder.stream<string, Order>('more-orders', { dropNullKeys: true, dropNullValues: true });
   * orders.merge(more).to('all-orders');
   * ```
   */
  merge(other: KStream<K, V>, named: Named = {}): KStream<K, V> {
    const parents = [...new Set([this.#node, other.#node])];
    const node = this.#graph.add('KSTREAM-MERGE', named.name, { kind: 'merge', parents });
    const keyChanged = this.#keyChanged || other.#keyChanged;
    return new KStream<K, V>(this.#graph, node, { ...other.#serdes, ...this.#serdes }, keyChanged);
  }

  /**
   * Splits the stream into branches. Each record goes to the first branch whose predicate returns true.
   *
   * ```ts
   * const { small, large } = orders
   *   .split()
   *   .branch('small', (_id, order) => order.amount < 100)
   *   .defaultBranch('large');
   * small.to('small-orders');
   * large.to('large-orders');
   * ```
   */
  split(named: Named = {}): BranchedKStream<K, V> {
    const branch = (node: GraphNode): KStream<K, V> =>
      new KStream<K, V>(this.#graph, node, this.#serdes, this.#keyChanged);
    return new BranchedKStream<K, V>(this.#graph, this.#node, named.name, branch);
  }

  /**
   * Moves each record to the partition of its key (KIP-221). A record that is in the right partition already stays in
   * its task. With a partitioner, records go to the partitions that it chooses. Records with a null key are dropped and
   * counted as dropped, unless a left or outer join comes after it, which may have results for them (KIP-962). Throws a
   * TopologyError if another repartition topic has the name, or if `numberOfPartitions` is not a positive whole number.
   *
   * ```ts
   * const byCustomer = orders
   *   .selectKey((_id, order) => order.customerId)
   *   .repartition({ name: 'orders-by-customer', numberOfPartitions: 8 });
   * byCustomer.foreach((customer, order) => console.log(customer, order.amount));
   * ```
   */
  repartition(options: Repartitioned<K, V>): KStream<K, V> {
    const serdes = serdesOr(options, this.#serdes);
    const { name, numberOfPartitions: partitions, partitioner } = options;
    const settings = { partitions, partitioner, keepsNullKeys: 'ifJoined' } as const;
    const node = addRepartition(this.#graph, this.#node, name, serdes, settings);
    return new KStream<K, V>(this.#graph, node, serdes, false);
  }

  /**
   * Writes each record to a topic, with its timestamp and its headers. A function chooses the topic of each record
   * (Java: `TopicNameExtractor`). The topic must exist. A null key or a null value is written as null. If a serde
   * throws or the cluster refuses the record, the record goes to the production exception handler. A partitioner may
   * choose the partitions, in topics that a function chooses, too.
   *
   * ```ts
   * orders.to('orders-copy');
   * orders.to((_id, order) => (order.amount > 100 ? 'large-orders' : 'small-orders'), { valueSerde: Serdes.json() });
   * ```
   */
  to(topic: string | ((key: K, value: V, headers: Headers) => string), options: Produced<K, V> = {}): void {
    const { keySerde, valueSerde } = serdesOr<K, V>(options, this.#serdes);
    const { partitioner } = options;
    const parents = [this.#node];
    this.#graph.add('KSTREAM-SINK', options.name, { kind: 'sink', parents, topic, keySerde, valueSerde, partitioner });
  }

  /**
   * Reads the records as updates of a table (KIP-523). A null value deletes the row of its key. Records with a null key
   * are dropped and counted as dropped. Without a name `as` it keeps its rows only if an operator needs them. Throws a
   * TopologyError if another store has the name `as`, and if it has no name (`as` or `name`) where rows are kept or
   * records move to the partition of a new key.
   *
   * ```ts
   * const latest: KTable<string, Order> = orders.toTable({ as: 'latest-orders' });
   * ```
   */
  toTable(materialized: OptionallyMaterialized<K, V> = {}): KTable<NonNullable<K>, NonNullable<V>> {
    const serdes = serdesOr<K, V>(materialized, this.#serdes);
    const lasting = materialized.as ?? materialized.name;
    const as = lasting ?? this.#graph.generatedName('KSTREAM-TOTABLE');
    const parent = this.#keyChanged
      ? addRepartition(this.#graph, this.#node, lastingName(lasting, 'toTable moves records by their new keys'), serdes)
      : this.#node;
    const store = tableStore(this.#graph, { ...materialized, as }, serdes, materialized.as !== undefined);
    const node = this.#graph.add('KSTREAM-TOTABLE', materialized.name, {
      kind: 'table',
      parents: [parent],
      ...store,
      hasLastingName: lasting !== undefined,
    });
    return new KTable<NonNullable<K>, NonNullable<V>>(this.#graph, node, {
      keySerde: notNull(serdes.keySerde),
      valueSerde: notNull(serdes.valueSerde),
    });
  }

  /**
   * Joins each record with the present row of its key in a table (Java: `KStream.join` with a `KTable`). A record without
   * a row gives no result. Records with a null key or a null value are dropped and counted as dropped. Results keep the
   * timestamp and the headers of the record of the stream. An update of the table gives no result. Both topics must have
   * the same number of partitions.
   *
   * ```ts
   * clicks.join(customers, (click, customer) => ({ page: click.page, country: customer.country })).to('located');
   * ```
   */
  join<VT, VR>(
    table: KTable<NonNullable<K>, VT>,
    joiner: (value: NonNullable<V>, row: VT, key: NonNullable<K>) => VR,
    options?: Joined<K, V>,
  ): KStream<NonNullable<K>, VR>;
  /**
   * Joins the records of two streams with the same key whose timestamps are near each other. Each pair gives one result,
   * with the higher of the two timestamps and the headers of the record that came later. Records with a null key or a
   * null value are dropped and counted as dropped. Both topics must have the same number of partitions. Throws a
   * TopologyError if another store has a name of the join's stores.
   *
   * ```ts
   * orders
   *   .join(
   *     payments,
   *     (order, payment) => ({ ordered: order.amount, paid: payment.amount }),
   *     JoinWindows.of({ timeDifference: '1h', grace: '5m' }),
   *     { as: 'paid-orders' },
   *   )
   *   .to('paid-orders');
   * ```
   */
  join<VO, VR>(
    other: KStream<K, VO>,
    joiner: (value: NonNullable<V>, other: NonNullable<VO>, key: NonNullable<K>) => VR,
    windows: JoinWindows,
    options: StreamJoined<K, V, VO>,
  ): KStream<NonNullable<K>, VR>;
  /**
   * Joins each record with a row of a global table (Java: `KStream.join` with a `GlobalKTable`): the row whose key
   * `keySelector` returns. A record without a row gives no result. Records with a null value are dropped and counted as
   * dropped, and so are those for which `keySelector` returns null. The key of a record may be null. Results keep the
   * key, the timestamp, the headers and the partition of the record. `joiner` gets both keys (KIP-1340).
   */
  join<KT, VT, VR>(
    table: GlobalKTable<KT, VT>,
    keySelector: (key: K, value: NonNullable<V>) => KT | null,
    joiner: (value: NonNullable<V>, row: VT, key: K, mappedKey: KT) => VR,
    named?: Named,
  ): KStream<K, VR>;
  join<KR extends K, VO, VR>(
    other: KTable<NonNullable<K>, VO> | KStream<K, VO> | GlobalKTable<unknown, VO>,
    second:
      | { bivarianceHack(value: NonNullable<V>, other: VO, key: NonNullable<K>): VR }['bivarianceHack']
      | KeySelector,
    third?: Joined<K, V> | JoinWindows | GlobalTableJoinNode['joiner'],
    fourth?: StreamJoined<K, V, VO> | Named,
  ): KStream<KR, VR> {
    if (other instanceof GlobalKTable) {
      return this.#joinGlobalTable(
        other.node,
        'inner',
        second as KeySelector,
        third as GlobalTableJoinNode['joiner'],
        fourth,
      );
    }
    const joiner = second as StreamJoinNode['joiner'];
    if (other instanceof KTable) return this.#joinTable(other.node, 'inner', joiner, third as Joined<K, V> | undefined);
    return this.#joinStream(other, 'inner', joiner, third as JoinWindows, fourth as StreamJoined<K, V, VO>);
  }

  /**
   * The same, with a result for each record: `row` is null where the table has none. Records with a null key are joined
   * with no row. Records with a null value are dropped and counted as dropped.
   *
   * ```ts
   * clicks.leftJoin(customers, (click, customer) => `${click.page} ${customer?.country ?? 'unknown'}`).to('located');
   * ```
   */
  leftJoin<VT, VR>(
    table: KTable<NonNullable<K>, VT>,
    joiner: (value: NonNullable<V>, row: VT | null, key: K) => VR,
    options?: Joined<K, V>,
  ): KStream<K, VR>;
  /**
   * The same as `join` of two streams, and a record of this stream that finds no other comes out with null. It comes out
   * when time has passed its window and the grace, so another record must arrive (or `closeOnIdle`). Records of this
   * stream with a null key come out at once.
   *
   * ```ts
   * const windows = JoinWindows.of({ before: 0, after: '1h', grace: '5m' });
   * orders
   *   .leftJoin(payments, (_order, payment) => payment !== null, windows, { as: 'payments-of-orders' })
   *   .filterNot((_id, isPaid) => isPaid)
   *   .to('unpaid-orders');
   * ```
   */
  leftJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: (value: NonNullable<V>, other: NonNullable<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options: StreamJoined<K, V, VO>,
  ): KStream<K, VR>;
  /**
   * The same as `join` with a global table, with a result for each record: `row` is null where the table has none, or
   * where `keySelector` returns null. Records with a null value are dropped and counted as dropped.
   */
  leftJoin<KT, VT, VR>(
    table: GlobalKTable<KT, VT>,
    keySelector: (key: K, value: NonNullable<V>) => KT | null,
    joiner: (value: NonNullable<V>, row: VT | null, key: K, mappedKey: KT | null) => VR,
    named?: Named,
  ): KStream<K, VR>;
  leftJoin<VO, VR>(
    other: KTable<NonNullable<K>, VO> | KStream<K, VO> | GlobalKTable<unknown, VO>,
    second: { bivarianceHack(value: NonNullable<V>, other: VO | null, key: K): VR }['bivarianceHack'] | KeySelector,
    third?: Joined<K, V> | JoinWindows | GlobalTableJoinNode['joiner'],
    fourth?: StreamJoined<K, V, VO> | Named,
  ): KStream<K, VR> {
    if (other instanceof GlobalKTable) {
      return this.#joinGlobalTable(
        other.node,
        'left',
        second as KeySelector,
        third as GlobalTableJoinNode['joiner'],
        fourth,
      );
    }
    const joiner = second as StreamJoinNode['joiner'];
    if (other instanceof KTable) return this.#joinTable(other.node, 'left', joiner, third as Joined<K, V> | undefined);
    return this.#joinStream(other, 'left', joiner, third as JoinWindows, fourth as StreamJoined<K, V, VO>);
  }

  /**
   * The same as `leftJoin` of two streams, for the records of both streams. One of the two values is not null.
   *
   * ```ts
   * const windows = JoinWindows.of({ timeDifference: '1h', grace: '5m' });
   * const open = (order: Order | null, payment: Payment | null) => (order?.amount ?? 0) - (payment?.amount ?? 0);
   * orders.outerJoin(payments, open, windows, { as: 'open-amounts' }).to('open-amounts');
   * ```
   */
  outerJoin<VO, VR>(
    other: KStream<K, VO>,
    joiner: (value: NonNullable<V> | null, other: NonNullable<VO> | null, key: K) => VR,
    windows: JoinWindows,
    options: StreamJoined<K, V, VO>,
  ): KStream<K, VR> {
    return this.#joinStream(other, 'outer', joiner, windows, options);
  }

  /**
   * Groups the records by their key. Aggregations drop records with a null key and count them as dropped. Records move
   * to another partition only if an earlier operator may have changed the key.
   *
   * ```ts
   * clicks.groupByKey().count({ as: 'clicks-of-customers' });
   * ```
   */
  groupByKey(options: Grouped<K, V> = {}): KGroupedStream<NonNullable<K>, V> {
    const { keySerde, valueSerde } = serdesOr<K, V>(options, this.#serdes);
    const serdes = { keySerde: notNull(keySerde), valueSerde };
    return new KGroupedStream(new GroupedSource(this.#graph, this.#node, serdes, this.#keyChanged, options.name));
  }

  /**
   * Groups the records by a new key, which `selector` returns. Aggregations drop records whose new key is null and
   * count them as dropped.
   *
   * ```ts
   * clicks.groupBy((_customer, click) => click.page).count({ as: 'clicks-on-pages' });
   * ```
   */
  groupBy<P extends PromiseLike<unknown>>(
    selector: (key: K, value: V) => P,
    ...options: IfPromise<P, [options?: Grouped<P, V>]>
  ): FunctionsMustBeSynchronous;
  groupBy<KR>(selector: (key: K, value: V) => KR, options?: Grouped<KR, V>): KGroupedStream<NonNullable<KR>, V>;
  groupBy<KR>(
    selector: (key: K, value: V) => KR,
    options: Grouped<KR, V> = {},
  ): KGroupedStream<NonNullable<KR>, V> | FunctionsMustBeSynchronous {
    const named = options.name === undefined ? {} : { name: options.name };
    return this.#selectKey(selector, named, 'the selector of groupBy').groupByKey(options);
  }

  #joinTable<KR, VR>(
    table: GraphNode,
    joinType: StreamTableJoinNode['joinType'],
    joiner: StreamTableJoinNode['joiner'],
    options: Joined<K, V> = {},
  ): KStream<KR, VR> {
    const node = addStreamTableJoin(this.#graph, this.#joinable(options), table, joinType, joiner, options);
    return this.#joined<KR, VR>(node, options);
  }

  #joinGlobalTable<KR, VR>(
    table: GlobalTableJoinNode['table'],
    joinType: GlobalTableJoinNode['joinType'],
    keySelector: KeySelector,
    joiner: GlobalTableJoinNode['joiner'],
    { name }: Named = {},
  ): KStream<KR, VR> {
    const node = addGlobalTableJoin(this.#graph, this.#node, table, name, { joinType, keySelector, joiner });
    const { keySerde } = this.#serdes;
    return new KStream<KR, VR>(
      this.#graph,
      node,
      keySerdeOnly(keySerde as Serde<unknown> as Serde<KR> | undefined),
      this.#keyChanged,
    );
  }

  #joinStream<KR, VO, VR>(
    other: KStream<K, VO>,
    joinType: JoinType,
    joiner: StreamJoinNode['joiner'],
    windows: JoinWindows | undefined,
    options: StreamJoined<K, V, VO> | undefined,
  ): KStream<KR, VR> {
    if (windows === undefined) throw new TopologyError('a join of two streams needs windows: JoinWindows.of');
    if (options === undefined) throw new TopologyError('a join of two streams needs a name for its stores: as');
    const { otherValueSerde, valueSerde: _, ...rest } = options;
    const otherOptions = otherValueSerde === undefined ? rest : { ...rest, valueSerde: otherValueSerde };
    const right = other.#joinable(otherOptions);
    const node = addStreamJoin(this.#graph, this.#joinable(options), right, joinType, windows, joiner, options);
    return this.#joined<KR, VR>(node, options);
  }

  #joinable(options: KnownSerdes<K, V>): Joinable {
    const serdes = serdesOr<K, V>(options, this.#serdes) as Joinable['serdes'];
    return { node: this.#node, serdes, keyChanged: this.#keyChanged };
  }

  #joined<KR, VR>(node: GraphNode, options: KnownSerdes<K, V>): KStream<KR, VR> {
    const keySerde = givenSerdes(options).keySerde ?? this.#serdes.keySerde;
    return new KStream<KR, VR>(this.#graph, node, keySerdeOnly(keySerde as Serde<unknown> as Serde<KR>), false);
  }

  /** `what` names the mapper in the message of a PromiseError. */
  #selectKey<KR>(mapper: (key: K, value: V) => KR, named: Named, what: string): KStream<KR, V> {
    const node = this.#graph.add('KSTREAM-KEY-SELECT', named.name, {
      kind: 'selectKey',
      parents: [this.#node],
      what,
      mapper,
    });
    return new KStream<KR, V>(this.#graph, node, withoutKey(this.#serdes), true);
  }

  #filter(predicate: (key: K, value: V) => boolean, negated: boolean, named: Named): KStream<K, V> {
    const parents = [this.#node];
    const node = this.#graph.add('KSTREAM-FILTER', named.name, {
      kind: 'filter',
      parents,
      negated,
      countsDropped: false,
      predicate,
    });
    return new KStream<K, V>(this.#graph, node, this.#serdes, this.#keyChanged);
  }

  #keepingKeySerde<VR>(): KnownSerdes<K, VR> {
    return this.#serdes.keySerde === undefined ? {} : { keySerde: this.#serdes.keySerde };
  }
}

function withoutKey<K, V>(serdes: KnownSerdes<unknown, V>): KnownSerdes<K, V> {
  const valueSerde: Serde<V> | undefined = serdes.valueSerde;
  return valueSerde === undefined ? {} : { valueSerde };
}
