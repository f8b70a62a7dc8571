import type { Duration } from '../../kafka/duration.js';
import type { Serde } from '../serde/serdes.js';
import type { TimestampExtractor } from './timestamp-extractor.js';

/** A name for the operator in `describe()`, metrics and errors. */
export interface Named {
  readonly name?: string;
}

/** How a topic is read. Default serdes: text keys, JSON values. */
export interface Consumed<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  readonly timestampExtractor?: TimestampExtractor;
}

/** How a topic is read as a stream. */
export interface StreamConsumed<K, V> extends Consumed<K, V> {
  /**
   * True: records with a null key are dropped after the source and counted as dropped, and the type of the key has no
   * null. Default: false.
   *
   * Use it if functions of the topology can't use such records. `groupByKey`, `repartition` and `toTable` drop null
   * keys by themselves.
   *
   * A key is null if the record has none, or if its serde returns null or undefined. The timestamp extractor is called
   * before. As with a filter after the source, a dropped record advances the time of its task, but not the time of any
   * operator.
   *
   * An extension: Java has no such option. There a filter drops such records, and does not count them.
   */
  readonly dropNullKeys?: boolean;
  /**
   * True: records with a null value, also JSON's `null`, are dropped in the same way, and the type of the value has no
   * null. Default: false.
   *
   * Use it if a null value has no meaning. Do not use it if it has one: for `toTable` it is a tombstone, and windows
   * aggregate null values, as in Java. Aggregations without windows drop them by themselves.
   *
   * An extension too.
   */
  readonly dropNullValues?: boolean;
}

/** How a topic is written. Default serdes: those of the stream if it has them, otherwise text keys and JSON values. */
export interface Produced<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

/**
 * How a group is moved to its partition. Its name is the name of the repartition topic, which all its aggregations
 * share, and of the operator that chooses the key. Without a name each aggregation has its own topic, named after its
 * store.
 */
export interface Grouped<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

export interface Repartitioned<K, V> {
  /** The topic is `<application.id>-<name>-repartition`. */
  readonly name: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** Default: the number of the other inputs that it meets, or of the tasks that write to it. */
  readonly numberOfPartitions?: number;
}

/** The store of a table (Java: `Materialized`). */
export interface Materialized<K, V> extends Named {
  /** Name of the store. Required, because it identifies the changelog and the state on disk. */
  readonly as: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** Default: true. */
  readonly logging?: boolean;
  /** Default: true. False: each update is sent by itself, and nothing is combined before a repartition. */
  readonly caching?: boolean;
}

/** The store of a windowed table. */
export interface WindowMaterialized<K, V> extends Materialized<K, V> {
  /** How long windows are kept, in event time. Default and minimum: size + grace. */
  readonly retention?: Duration;
}
