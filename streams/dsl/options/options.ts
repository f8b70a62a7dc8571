import type { Duration } from '../../kafka/duration.js';
import type { Serde } from '../serde/serdes.js';
import type { StreamPartitioner } from './stream-partitioner.js';
import type { TimestampExtractor } from './timestamp-extractor.js';

/**
 * The name of an operator in `describe()`, metrics and errors. Without one the operator gets a generated name, as in
 * Java.
 *
 * ```ts
 * orders.filter((_id, order) => order.amount > 100, { name: 'large' });
 * ```
 */
export interface Named {
  readonly name?: string;
}

/**
 * How a topic is read (Java: `Consumed`). Default serdes: text keys and JSON values.
 *
 * ```ts
 * builder.table('prices', { keySerde: Serdes.string(), valueSerde: Serdes.double() });
 * ```
 */
export interface Consumed<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  readonly timestampExtractor?: TimestampExtractor;
}

/** How a topic is read as a global table. Default serdes: text keys and JSON values. */
export interface GlobalConsumed<K, V> extends Named {
  /** Name of the store, for queries and for the state on disk. Default: `<topic>-table`. */
  readonly as?: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** True: rows are in memory and not on disk. A process that starts reads the whole topic. Default: false. */
  readonly inMemory?: boolean;
}

/**
 * How a topic is read as a stream.
 *
 * ```ts
 * builder.stream('readings', { valueSerde: Serdes.double(), dropNullKeys: true, dropNullValues: true });
 * ```
 */
export interface StreamConsumed<K, V> extends Consumed<K, V> {
  /**
   * True: records with a null key are dropped after the source and counted as dropped, and the type of the key has no
   * null. Default: false.
   *
   * Use it if functions of the topology can't use such records. `groupByKey`, `repartition` and `toTable` drop null
   * keys by themselves.
   *
   * A key is null if the record has none, or if its serde returns null or undefined. The timestamp extractor is called
   * before the record is dropped. As with a filter after the source, a dropped record advances the time of its task,
   * but not the time of an operator.
   *
   * Extension: Java Kafka Streams does not have this. There a filter drops such records, and does not count them.
   */
  readonly dropNullKeys?: boolean;
  /**
   * True: records with a null value are dropped in the same way, and the type of the value has no null. JSON's `null`
   * is a null value too. Default: false.
   *
   * Use it if a null value has no meaning. Do not use it if it has one: for `toTable` it is a tombstone, and windows
   * aggregate null values, as in Java. Aggregations without windows drop them by themselves.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly dropNullValues?: boolean;
}

/**
 * How a topic is written (Java: `Produced`). Default serdes: those of the stream if it has them, otherwise text keys
 * and JSON values.
 *
 * ```ts
 * orders.mapValues(order => order.amount).to('amounts', { valueSerde: Serdes.double() });
 * ```
 */
export interface Produced<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /**
   * Chooses the partitions of each record. The cluster is asked once for the number of partitions of a topic, and again
   * every five minutes. A topic that does not exist is a production error. Default: the partition of the key, as Java's
   * clients choose it.
   */
  readonly partitioner?: StreamPartitioner<K, V>;
}

/**
 * How a stream is grouped (Java: `Grouped`). `name` is the name of the operator that chooses the key, and of the
 * repartition topic, which all aggregations of the group share. Without a name each aggregation has its own repartition
 * topic, with the name of its store.
 *
 * ```ts
 * orders
 *   .groupBy((_id, order) => order.amount, { name: 'by-amount', keySerde: Serdes.integer() })
 *   .count({ as: 'orders-of-amounts' });
 * ```
 */
export interface Grouped<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

/**
 * How a stream is joined (Java: `Joined`). The serdes move the stream to the partitions of its keys, if an operator
 * before may have changed them. `name` is the name of the operator, and of the repartition topic.
 *
 * ```ts
 * const history = builder.table<string, number>('rates', { as: 'rates', historyRetention: '1d' });
 * orders.join(history, (order, rate) => order.amount * rate, { name: 'rated', gracePeriod: '1m' }).to('rated');
 * ```
 */
export interface Joined<K, V> extends Named {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /**
   * How long, in event time, records wait for rows of their time that come later (KIP-923). For a versioned table only.
   * Waiting records are in the store `<name>-buffer`. Default: they do not wait.
   */
  readonly gracePeriod?: Duration;
  /**
   * With a `gracePeriod`: true, and waiting records do not need another record to be sent, as the time of the task
   * advances while no record arrives. See `TimeWindowsOptions.closeOnIdle`. Default: false.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly closeOnIdle?: boolean;
}

/**
 * How two streams are joined (Java: `StreamJoined`). `as` is the name of the join's stores and repartition topics, with
 * `-left` and `-right` after it. Default serdes: those of the streams if they have them, otherwise text keys and JSON
 * values.
 *
 * ```ts
 * const windows = JoinWindows.of({ timeDifference: '1h', grace: '5m' });
 * orders.join(payments, order => order, windows, { as: 'paid-orders', otherValueSerde: Serdes.json() });
 * ```
 */
export interface StreamJoined<K, V, VO> extends Named {
  /** Required, because it identifies the changelogs and the state on disk. */
  readonly as: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** The serde of the values of the other stream. */
  readonly otherValueSerde?: Serde<VO>;
  /** False: the stores have no changelogs. Default: true. */
  readonly logging?: boolean;
  /**
   * True: rows are in memory and not on disk (Java: `Materialized.as(StoreType.IN_MEMORY)`). A process that starts reads
   * the whole changelog. Default: false.
   */
  readonly inMemory?: boolean;
  /**
   * A topic for late records of both streams. A record is late if records that it could meet have expired, because time
   * has passed its own by the length of the window and the grace: it meets those that are left, and no later record
   * meets it. It is counted as late with or without a topic. Key, value, timestamp and headers are those of the record.
   * The headers `__streams.late.window.start` and `__streams.late.window.end` say between which timestamps it would
   * have met others.
   *
   * Extension: Java Kafka Streams does not have this. There such a record is counted as dropped by its store.
   */
  readonly lateTo?: string;
}

/**
 * How a stream is repartitioned (Java: `Repartitioned`).
 *
 * ```ts
 * orders.repartition({ name: 'orders', numberOfPartitions: 8, valueSerde: Serdes.json() });
 * ```
 */
export interface Repartitioned<K, V> {
  /** The topic is `<application.id>-<name>-repartition`. */
  readonly name: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /**
   * Default: the number of partitions of the inputs that the topic is co-partitioned with. If there are none, the
   * number of tasks that write to it.
   */
  readonly numberOfPartitions?: number;
  /**
   * Chooses the partitions of each record. Operators after it do not move records again. So for an aggregation or a
   * join, all records of a key must go to one partition, always, and both sides of a join to the same one. Aggregations
   * do not combine records before they move. A key can't be looked up over HTTP in the stores after it. Default: the
   * partition of the key.
   */
  readonly partitioner?: StreamPartitioner<K, V>;
}

/**
 * The store of a table (Java: `Materialized`).
 *
 * ```ts
 * clicks.groupByKey().count({ as: 'clicks', valueSerde: Serdes.long(), caching: false });
 * ```
 */
export interface Materialized<K, V> extends Named {
  /** Name of the store. Required, because it identifies the changelog and the state on disk. */
  readonly as: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** True: the store has a changelog. False: its rows are lost with its state directory. Default: true. */
  readonly logging?: boolean;
  /**
   * True: rows are in memory and not on disk (Java: `Materialized.as(StoreType.IN_MEMORY)`). A process that starts reads
   * the whole changelog. Default: false.
   */
  readonly inMemory?: boolean;
  /**
   * True: updates of one key between two commits are sent as one, and values are combined before a repartition. False:
   * each update is sent by itself. Default: true.
   */
  readonly caching?: boolean;
  /**
   * Makes the table versioned (KIP-889): it keeps older versions of its rows for this long, in event time. Updates that
   * are out of order go to the history, and joins and groups ignore them (KIP-914). A join of a stream with the table
   * finds the row that was valid at the time of the record. Each update is sent by itself.
   */
  readonly historyRetention?: Duration;
}

/**
 * A table that keeps its rows in a store if it is named. Without a name it has no store: rows that are looked up are
 * made of those of the tables before it.
 */
export type OptionallyMaterialized<K, V> = Omit<Materialized<K, V>, 'as'> & { readonly as?: string };

/**
 * The store of a windowed table (Java: `Materialized` of a `WindowStore`).
 *
 * ```ts
 * const hours = clicks.groupByKey().windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }));
 * hours.count({ as: 'clicks-of-hours', retention: '7d' });
 * ```
 */
export interface WindowMaterialized<K, V> extends Materialized<K, V> {
  /** How long windows are kept, in event time, from their start. Default and minimum: size + grace. */
  readonly retention?: Duration;
}
