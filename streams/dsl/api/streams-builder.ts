import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { type SerdePair, serdesOr } from '../declare/repartition.js';
import { storeSpec, tableStore } from '../declare/store-spec.js';
import { Graph, TopologyError } from '../graph/graph.js';
import type { SourceNode } from '../graph/node.js';
import { Topology } from '../graph/topology.js';
import type { Consumed, GlobalConsumed, OptionallyMaterialized, StreamConsumed } from '../options/options.js';
import { recordTimestamp } from '../options/timestamp-extractor.js';
import { GlobalKTable } from './global-k-table.js';
import { KStream } from './k-stream.js';
import { KTable } from './k-table.js';

/** Declares a topology (Java: `StreamsBuilder`). */
export class StreamsBuilder {
  readonly #graph = new Graph();
  readonly #sourceTopics = new Set<string>();

  /**
   * A stream of the records of one topic or several topics. Records with a null key or a null value are dropped and
   * counted as dropped. Throws a TopologyError if another source of the topology reads one of the topics.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[],
    consumed: StreamConsumed<K, V> & { readonly dropNullKeys: true; readonly dropNullValues: true },
  ): KStream<NonNullable<K>, NonNullable<V>>;
  /**
   * A stream of the records of one topic or several topics. Records with a null key are dropped and counted as dropped.
   * Throws a TopologyError if another source of the topology reads one of the topics.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[],
    consumed: StreamConsumed<K, V> & { readonly dropNullKeys: true },
  ): KStream<NonNullable<K>, V | null>;
  /**
   * A stream of the records of one topic or several topics. Records with a null value are dropped and counted as
   * dropped. Throws a TopologyError if another source of the topology reads one of the topics.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[],
    consumed: StreamConsumed<K, V> & { readonly dropNullValues: true },
  ): KStream<K | null, NonNullable<V>>;
  /**
   * A stream of the records of one topic or several topics. Keys and values may be null, unless the options
   * `dropNullKeys` and `dropNullValues` or a filter drop such records. Throws a TopologyError if another source of the
   * topology reads one of the topics.
   */
  stream<K = string, V = unknown>(
    topics: string | readonly string[],
    consumed?: StreamConsumed<K, V>,
  ): KStream<K | null, V | null>;
  stream<K, V>(topics: string | readonly string[], consumed: StreamConsumed<K, V> = {}): KStream<K | null, V | null> {
    const serdes = serdesOr<K, V>(consumed, {});
    const source = this.#source(typeof topics === 'string' ? [topics] : [...topics], serdes, consumed);
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
   */
  table<K = string, V = unknown>(
    topic: string,
    options: Consumed<K, V> & OptionallyMaterialized<K, V> = {},
  ): KTable<K, V> {
    const serdes = serdesOr<K, V>(options, {});
    const { name: _, ...consumed } = options;
    const source = this.#source([topic], serdes, consumed);
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
   * A topic of which each process keeps all partitions as a table (Java: `GlobalKTable`, KIP-99). A stream is joined with
   * it by any key, and its records stay in their partitions. A null value deletes the row of its key. Records with a
   * null key are dropped and counted as dropped. The timestamp of a row is that of its record.
   *
   * A process processes nothing before the table has all that the topic had at the start. After that, each record is
   * there as soon as it is read, whatever its timestamp: it does not belong to a transaction of the application, and
   * does not advance its time. Throws a TopologyError if another source reads the topic, or if another store has the
   * name `as`.
   */
  globalTable<K = string, V = unknown>(topic: string, options: GlobalConsumed<K, V> = {}): GlobalKTable<K, V> {
    this.#claim([topic]);
    const serdes = serdesOr<K, V>(options, {});
    const materialized = { as: options.as ?? `${topic}-table`, logging: false, caching: false };
    const store = storeSpec(this.#graph, materialized, serdes, new KeyValueKind());
    return new GlobalKTable<K, V>(this.#graph.addGlobalStore(options.name, { topic, store }), serdes);
  }

  /**
   * The topology of everything that is declared so far. Later declarations do not change it. Throws a TopologyError if
   * no task reads a topic, or if two nodes declare one store in different ways.
   */
  build(): Topology {
    return new Topology(this.#graph.nodes, this.#graph.globalStores);
  }

  #source<K, V>(topics: readonly string[], serdes: SerdePair<K, V>, consumed: Consumed<K, V>): SourceNode {
    if (topics.length === 0) throw new TopologyError('stream: no topic given');
    this.#claim(topics);
    return this.#graph.add('KSTREAM-SOURCE', consumed.name, {
      kind: 'source',
      parents: [],
      topics: Object.freeze(topics),
      ...serdes,
      timestampExtractor: consumed.timestampExtractor ?? recordTimestamp,
    });
  }

  #claim(topics: readonly string[]): void {
    for (const topic of topics) {
      if (this.#sourceTopics.has(topic))
        throw new TopologyError(`topic ${topic} is read twice: use the first stream or table again`);
      this.#sourceTopics.add(topic);
    }
  }
}
