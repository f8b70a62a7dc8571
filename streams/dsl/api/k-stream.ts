import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import type { Headers } from '../../kafka/record.js';
import { GroupedSource } from '../declare/grouped-source.js';
import { addRepartition, type KnownSerdes, notNull, serdesOr } from '../declare/repartition.js';
import { onlyStore, storeSpec } from '../declare/store-spec.js';
import type { Graph } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import type { KeyValue } from '../options/key-value.js';
import type { Operators } from '../options/operators.js';
import type { Grouped, Materialized, Named, Produced, Repartitioned } from '../options/options.js';
import {
  type FunctionsMustBeSynchronous,
  type IfPromise,
  type Synchronous,
  synchronous,
} from '../options/synchronous.js';
import type { Serde } from '../serde/serdes.js';
import { BranchedKStream } from './branched-k-stream.js';
import { KGroupedStream } from './k-grouped-stream.js';
import { KTable } from './k-table.js';

/**
 * A stream of records (Java: `KStream`). Its methods only add nodes to the topology; nothing runs here. Functions given
 * to them are called once for each record, in the order of the partition, and must be synchronous. An exception in one
 * goes to the processing exception handler. They are called for null keys and null values too, if the types have null.
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
   * Keeps the records for which `predicate` is true. A type predicate for the key or for the value narrows the type of
   * the stream. TypeScript sees one in `(_key, value) => value !== null`, but not where both are looked at.
   */
  filter<KR extends K>(predicate: (key: K, value: V) => key is KR, named?: Named): KStream<KR, V>;
  filter<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, VR>;
  filter(predicate: (key: K, value: V) => boolean, named?: Named): KStream<K, V>;
  filter(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#filter(predicate, false, named);
  }

  /** Drops the records for which `predicate` is true. It narrows types as `filter` does: `key => key === null`. */
  filterNot<KR extends K>(predicate: (key: K, value: V) => key is KR, named?: Named): KStream<Exclude<K, KR>, V>;
  filterNot<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, Exclude<V, VR>>;
  filterNot(predicate: (key: K, value: V) => boolean, named?: Named): KStream<K, V>;
  filterNot(predicate: (key: K, value: V) => boolean, named: Named = {}): KStream<K, V> {
    return this.#filter(predicate, true, named);
  }

  /** A new key and value for each record. A later grouping may move records to another partition. */
  map<KR, VR>(mapper: (key: K, value: V) => KeyValue<KR, VR>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-MAP', named.name, { kind: 'map', parents: [this.#node], mapper });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /** A new value for each record; the key stays, and so does the partition. */
  mapValues<P extends PromiseLike<unknown>>(
    mapper: (value: V, key: K) => P,
    ...named: IfPromise<P, [named?: Named]>
  ): FunctionsMustBeSynchronous;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named?: Named): KStream<K, VR>;
  mapValues<VR>(mapper: (value: V, key: K) => VR, named: Named = {}): KStream<K, VR> | FunctionsMustBeSynchronous {
    const node = this.#graph.add('KSTREAM-MAPVALUES', named.name, { kind: 'mapValues', parents: [this.#node], mapper });
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /** None, one or more records for each. */
  flatMap<KR, VR>(mapper: (key: K, value: V) => Iterable<KeyValue<KR, VR>>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-FLATMAP', named.name, { kind: 'flatMap', parents: [this.#node], mapper });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /** None, one or more values for each record, under its key. */
  flatMapValues<VR>(mapper: (value: V, key: K) => Iterable<VR>, named: Named = {}): KStream<K, VR> {
    const node = this.#graph.add('KSTREAM-FLATMAPVALUES', named.name, {
      kind: 'flatMapValues',
      parents: [this.#node],
      mapper,
    });
    return new KStream<K, VR>(this.#graph, node, this.#keepingKeySerde<VR>(), this.#keyChanged);
  }

  /** A new key for each record. A later grouping may move records to another partition. */
  selectKey<P extends PromiseLike<unknown>>(
    mapper: (key: K, value: V) => P,
    ...named: IfPromise<P, [named?: Named]>
  ): FunctionsMustBeSynchronous;
  selectKey<KR>(mapper: (key: K, value: V) => KR, named?: Named): KStream<KR, V>;
  selectKey<KR>(mapper: (key: K, value: V) => KR, named: Named = {}): KStream<KR, V> | FunctionsMustBeSynchronous {
    return this.#selectKey(mapper, named, 'the mapper of selectKey');
  }

  /** Calls `action` for each record and lets it go on unchanged. */
  peek<R>(action: (key: K, value: V) => Synchronous<R>, named: Named = {}): KStream<K, V> {
    const node = this.#graph.add('KSTREAM-PEEK', named.name, { kind: 'peek', parents: [this.#node], action });
    return new KStream<K, V>(this.#graph, node, this.#serdes, this.#keyChanged);
  }

  /** Calls `action` for each record. */
  foreach<R>(action: (key: K, value: V) => Synchronous<R>, named: Named = {}): void {
    this.#graph.add('KSTREAM-FOREACH', named.name, { kind: 'peek', parents: [this.#node], action });
  }

  /**
   * Runs the records through operators of another library: `operators` of `tributary/pipe` makes those of the npm package kafka-streams.
   * What comes out has the timestamp and the headers of the record that went in. A later grouping may move records to another partition.
   */
  pipe<KR, VR>(operators: Operators<KeyValue<K, V>, KeyValue<KR, VR>>, named: Named = {}): KStream<KR, VR> {
    const node = this.#graph.add('KSTREAM-PIPE', named.name, { kind: 'pipe', parents: [this.#node], operators });
    return new KStream<KR, VR>(this.#graph, node, {}, true);
  }

  /** The records of both streams; order is kept within each of them only. */
  merge(other: KStream<K, V>, named: Named = {}): KStream<K, V> {
    const parents = [this.#node, other.#node];
    const node = this.#graph.add('KSTREAM-MERGE', named.name, { kind: 'merge', parents });
    const keyChanged = this.#keyChanged || other.#keyChanged;
    return new KStream<K, V>(this.#graph, node, { ...other.#serdes, ...this.#serdes }, keyChanged);
  }

  /** Sends each record to the first branch whose predicate is true. */
  split(named: Named = {}): BranchedKStream<K, V> {
    const branch = (node: GraphNode): KStream<K, V> =>
      new KStream<K, V>(this.#graph, node, this.#serdes, this.#keyChanged);
    return new BranchedKStream<K, V>(this.#graph, this.#node, named.name, branch);
  }

  /** Moves each record to the partition of its key. Records with a null key are dropped, counted. */
  repartition(options: Repartitioned<K, V>): KStream<NonNullable<K>, V> {
    const serdes = serdesOr(options, this.#serdes);
    const node = addRepartition(this.#graph, this.#node, options.name, serdes, options.numberOfPartitions);
    const { keySerde, valueSerde } = serdes;
    return new KStream<NonNullable<K>, V>(this.#graph, node, { keySerde: notNull(keySerde), valueSerde }, false);
  }

  /** Writes each record to a topic, with its timestamp and headers. */
  to(topic: string | ((key: K, value: V, headers: Headers) => string), options: Produced<K, V> = {}): void {
    const { keySerde, valueSerde } = serdesOr<K, V>(options, this.#serdes);
    this.#graph.add('KSTREAM-SINK', options.name, { kind: 'sink', parents: [this.#node], topic, keySerde, valueSerde });
  }

  /** Reads the stream as updates of a table: a null value deletes, a record with a null key is dropped, counted. */
  toTable(materialized: Materialized<K, V>): KTable<NonNullable<K>, NonNullable<V>> {
    const serdes = serdesOr<K, V>(materialized, this.#serdes);
    const store = storeSpec(this.#graph, materialized, serdes, new KeyValueKind());
    const parent = this.#keyChanged
      ? addRepartition(this.#graph, this.#node, materialized.as, serdes, undefined)
      : this.#node;
    const node = this.#graph.add('KSTREAM-TOTABLE', materialized.name, {
      kind: 'table',
      parents: [parent],
      ...onlyStore(store),
    });
    return new KTable<NonNullable<K>, NonNullable<V>>(this.#graph, node, {
      keySerde: notNull(serdes.keySerde),
      valueSerde: notNull(serdes.valueSerde),
    });
  }

  /**
   * Groups by the key; records with a null key are dropped, counted. Records move only if the key may have changed
   * since they were read.
   */
  groupByKey(options: Grouped<K, V> = {}): KGroupedStream<NonNullable<K>, V> {
    const { keySerde, valueSerde } = serdesOr<K, V>(options, this.#serdes);
    const serdes = { keySerde: notNull(keySerde), valueSerde };
    return new KGroupedStream(new GroupedSource(this.#graph, this.#node, serdes, this.#keyChanged, options.name));
  }

  /** Groups by a new key; records whose new key is null are dropped, counted. */
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

  /** `what` is what the mapper is to the caller. */
  #selectKey<KR>(mapper: (key: K, value: V) => KR, named: Named, what: string): KStream<KR, V> {
    const node = this.#graph.add('KSTREAM-KEY-SELECT', named.name, {
      kind: 'selectKey',
      parents: [this.#node],
      mapper: (key: K, value: V): KeyValue<KR, V> => ({ key: synchronous(mapper(key, value), what), value }),
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
