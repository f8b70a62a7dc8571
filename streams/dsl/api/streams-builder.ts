import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { addGlobalStore } from '../declare/global-store.js';
import { serdesOr } from '../declare/repartition.js';
import { Sources } from '../declare/sources.js';
import { storeSpec, tableStore } from '../declare/store-spec.js';
import { Graph } from '../graph/graph.js';
import { Topology } from '../graph/topology.js';
import type { Consumed, GlobalConsumed, OptionallyMaterialized, StreamConsumed } from '../options/options.js';
import type { GlobalProcessorSupplier } from '../processor/global-processor.js';
import type { StateStore, StoreBuilder } from '../processor/store-builder.js';
import { GlobalKTable } from './global-k-table.js';
import { KStream } from './k-stream.js';
import { KTable } from './k-table.js';

/**
 * Declares a topology (Java: `StreamsBuilder`).
 *
 * ```ts
 * const words = new StreamsBuilder();
 * words
 *   .stream('lines', { valueSerde: Serdes.string(), dropNullValues: true })
 *   .flatMapValues(line => line.toLowerCase().split(/\W+/))
 *   .groupBy((_key, word) => word)
 *   .count({ as: 'counts' })
 *   .toStream()
 *   .to('word-counts');
 * const topology = words.build();
 * ```
 */
export class StreamsBuilder {
  readonly #graph = new Graph();
  readonly #sources = new Sources(this.#graph);

  /**
   * A stream of the records of one topic or several topics. Records with a null key or a null value are dropped and
   * counted as dropped.
   *
   * ```ts
   * const valid: KStream<string, Order> = builder.stream('orders', {
   *   valueSerde: Serdes.json<Order>(),
   *   dropNullKeys: true,
   *   dropNullValues: true,
   * });
   * ```
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed: StreamConsumed<K, V> & { readonly dropNullKeys: true; readonly dropNullValues: true },
  ): KStream<NonNullable<K>, NonNullable<V>>;
  /**
   * A stream of the records of one topic or several topics. Records with a null key are dropped and counted as dropped.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed: StreamConsumed<K, V> & { readonly dropNullKeys: true },
  ): KStream<NonNullable<K>, V | null>;
  /**
   * A stream of the records of one topic or several topics. Records with a null value are dropped and counted as
   * dropped.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed: StreamConsumed<K, V> & { readonly dropNullValues: true },
  ): KStream<K | null, NonNullable<V>>;
  /**
   * A stream of the records of one topic or several topics. Keys and values may be null, unless the options
   * `dropNullKeys` and `dropNullValues` or a filter drop such records.
   *
   * A regular expression must match the whole name of a topic: `/orders-[a-z]+/`. Topics that match are read from their
   * oldest record, also those that are created later: they are found within `metadataMaxAge` (StreamsOptions). The
   * application waits until one matches. An expression does not match the internal topics of Kafka and of the
   * application, or its topic of dead letters. It matches other topics that the topology writes. Where keys are grouped
   * or joined, all topics that match must have the same number of partitions: a topic that has not stops the
   * application with a TopologyError. Throws a TopologyError if it matches a topic of another source.
   *
   * Several streams may have the same topics. They are read once, and each operator gets each record, in the order in
   * which the operators are declared. The name of the source is that of the first stream. Throws a TopologyError if
   * such streams have different serdes or timestamp extractors, if streams have some topics in common and others not,
   * or if a table has one of the topics.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[] | RegExp,
    consumed?: StreamConsumed<K, V>,
  ): KStream<K | null, V | null>;
  stream<K, V>(
    topics: string | readonly string[] | RegExp,
    consumed: StreamConsumed<K, V> = {},
  ): KStream<K | null, V | null> {
    const serdes = serdesOr<K, V>(consumed, {});
    const source = this.#sources.ofStream(typeof topics === 'string' ? [topics] : topics, consumed);
    const { name, dropNullKeys = false, dropNullValues = false } = consumed;
    if (!dropNullKeys && !dropNullValues) return new KStream<K | null, V | null>(this.#graph, source, serdes, false);
    const node = this.#graph.add('KSTREAM-FILTER', name === undefined ? undefined : `${name}-drop-null`, {
      kind: 'filter',
      parents: [source],
      negated: false,
      countsDropped: true,
      predicate: (key: unknown, value: unknown) =>
        !(dropNullKeys && (key ?? null) === null) && !(dropNullValues && (value ?? null) === null),
    });
    return new KStream<K | null, V | null>(this.#graph, node, serdes, false);
  }

  /**
   * A topic that is read as a table (Java: `KTable` of a topic). A null value deletes the row of its key. Records with
   * a null key are dropped and counted as dropped. Without a name `as` it keeps its rows only if an operator needs them.
   * Throws a TopologyError if another source reads the topic, or if another store has the name `as`.
   *
   * ```ts
   * const clients: KTable<string, Customer> = builder.table('customers', { as: 'customers', historyRetention: '1d' });
   * ```
   */
  table<K = string, V = unknown>(
    topic: string,
    options: Consumed<K, V> & OptionallyMaterialized<K, V> = {},
  ): KTable<K, V> {
    const serdes = serdesOr<K, V>(options, {});
    const { name: _, ...consumed } = options;
    const source = this.#sources.ofTable(topic, consumed);
    // Not by its position: a table keeps its rows when nodes are added before it.
    const as = options.as ?? `${topic}-table`;
    const node = this.#graph.add('KTABLE-SOURCE', options.name, {
      kind: 'table',
      parents: [source],
      ...tableStore(this.#graph, { ...options, as }, serdes, options.as !== undefined),
    });
    return new KTable<K, V>(this.#graph, node, serdes);
  }

  /**
   * Declares a store for the processors that name it (Java: `addStateStore`). A store that a processor has in its
   * `stores` as a StoreBuilder is declared there. Throws a TopologyError if another store has the name.
   *
   * ```ts
   * builder.addStateStore(Stores.keyValueStore<string, number>({ name: 'totals', valueSerde: Serdes.double() }));
   * const totals = payments.process<string, number>(
   *   context => {
   *     const store = context.getStateStore<KeyValueStore<string, number>>('totals');
   *     return record => {
   *       const value = (store.get(record.key) ?? 0) + record.value.amount;
   *       store.put(record.key, value);
   *       context.forward(record.withValue(value));
   *     };
   *   },
   *   { stores: ['totals'] },
   * );
   * totals.to('totals', { valueSerde: Serdes.double() });
   * ```
   */
  addStateStore<S extends StateStore>(store: StoreBuilder<S>): this {
    this.#graph.addStore(store.spec);
    return this;
  }

  /**
   * A topic of which each process keeps all partitions as a table (Java: `GlobalKTable`, KIP-99). A stream is joined with
   * it by any key, and its records stay in their partitions. A null value deletes the row of its key. Records with a
   * null key are dropped and counted as dropped. The timestamp of a row is that of its record.
   *
   * A process processes nothing before the table has all that the topic had at the start. After that, each record is
   * there as soon as it is read, whatever its timestamp: it does not belong to a transaction of the application, and
   * does not advance its time. Throws a TopologyError if another source reads the topic, or if another store has the
   * name `as`.
   *
   * ```ts
   * const countries = builder.globalTable<string, { readonly currency: string }>('countries', { as: 'countries' });
   * const codes = customers
   *   .toStream()
   *   .join(countries, (_id, customer) => customer.country, (_customer, { currency }) => currency);
   * codes.to('currencies', { valueSerde: Serdes.string() });
   * ```
   */
  globalTable<K = string, V = unknown>(topic: string, options: GlobalConsumed<K, V> = {}): GlobalKTable<K, V> {
    this.#sources.addGlobal(topic);
    const serdes = serdesOr<K, V>(options, {});
    const { as = `${topic}-table`, inMemory = false } = options;
    const materialized = { as, inMemory, logging: false, caching: false };
    const store = storeSpec(this.#graph, materialized, serdes, new KeyValueKind());
    return new GlobalKTable<K, V>(
      this.#graph.addGlobalStore(options.name, { topic, store, filled: undefined }),
      serdes,
    );
  }

  /**
   * A store that each process has whole, filled by a processor from all partitions of a topic (Java: `addGlobalStore`).
   * Every processor of the topology may read it, and names it in no option. The processor gets each record of the topic
   * at once, also when the store is built again, so what it writes must depend on the record and the store only. Throws
   * a TopologyError if another source reads the topic, if another store has the name, or if the store is not a key-value
   * store.
   *
   * ```ts
   * const rates = Stores.keyValueStore<string, number>({ name: 'rates', logging: false });
   * builder.addGlobalStore<string, number>(rates, 'exchange-rates', {}, context => {
   *   const store = context.getStateStore(rates);
   *   return ({ key, value }) => store.put(key ?? '', value);
   * });
   * ```
   */
  addGlobalStore<K = string, V = unknown>(
    store: StoreBuilder<StateStore>,
    topic: string,
    consumed: Pick<GlobalConsumed<K, V>, 'name' | 'keySerde' | 'valueSerde'>,
    supplier: GlobalProcessorSupplier<K | null, V | null>,
  ): this {
    addGlobalStore(this.#graph, this.#sources, store.spec, topic, consumed.name, {
      ...serdesOr<K, V>(consumed, {}),
      supplier: supplier as GlobalProcessorSupplier<unknown, unknown>,
    });
    return this;
  }

  /**
   * The topology of everything that is declared so far. Later declarations do not change it. Throws a TopologyError if
   * no task reads a topic, or if two nodes declare one store in different ways.
   *
   * ```ts
   * orders.to('copy');
   * console.log(builder.build().describe());
   * ```
   */
  build(): Topology {
    return new Topology(this.#graph.nodes, this.#graph);
  }
}
