import type { Serde } from '../serde/serdes.js';
import type { Duration } from '../windows/duration.js';
import type { TimestampExtractor } from './timestamp-extractor.js';

/** A name for the operator in `describe()`, metrics and errors. */
export interface Named {
  readonly name?: string;
}

/** How a topic is read. Serdes that are not given: text keys, JSON values. */
export interface Consumed<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  readonly timestampExtractor?: TimestampExtractor;
}

/** How a topic is read as a stream. */
export interface StreamConsumed<K, V> extends Consumed<K, V> {
  /**
   * True: records with a null key are dropped behind the source and counted as dropped, and the type of the key has no
   * null. Default: false.
   *
   * Use it where functions of the topology have no use for such records. `groupByKey`, `repartition` and `toTable` drop
   * null keys by themselves.
   *
   * A key is null if the record has none, or if its serde gives null or undefined. The timestamp extractor is called
   * before. As with a filter behind the source, a dropped record advances the time of its task, and not that of any
   * operator.
   *
   * An extension: Java has no such option. A filter does it there, and does not count what it drops.
   */
  readonly dropNullKeys?: boolean;
  /**
   * True: records with a null value, JSON's `null` too, are dropped in the same way, and the type of the value has no
   * null. Default: false.
   *
   * Use it where a null value means nothing. Do not use it where it means something: for `toTable` it is a tombstone,
   * and windows aggregate null values, as in Java. Aggregations without windows drop them by themselves.
   *
   * An extension, too.
   */
  readonly dropNullValues?: boolean;
}

/** How a topic is written. Serdes that are not given: those of the stream if it has them, else text keys, JSON values. */
export interface Produced<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

/**
 * How a group is moved to its partition. Its name is that of the repartition topic, which all its aggregations share, and of the
 * operator that chooses the key. Without a name each aggregation has a topic of its own, named after its store.
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
  /** Default: as many as the tasks that write to it. */
  readonly numberOfPartitions?: number;
}

/** The store behind a table (Java: `Materialized`). */
export interface Materialized<K, V> extends Named {
  /** Name of the store: required, because its changelog and the state on disk are found by it. */
  readonly as: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** Default: true. */
  readonly logging?: boolean;
  /** Default: true. False: every update goes downstream by itself, and nothing is combined before a repartition. */
  readonly caching?: boolean;
}

/** The store behind a windowed table. */
export interface WindowMaterialized<K, V> extends Materialized<K, V> {
  /** How long windows are kept, in event time. Default and least: size + grace. */
  readonly retention?: Duration;
}
