import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { serdesOr } from '../declare/repartition.js';
import { onlyStore, storeSpec } from '../declare/store-spec.js';
import { Graph, TopologyError } from '../graph/graph.js';
import { Topology } from '../graph/topology.js';
import type { Consumed, Materialized } from '../options/options.js';
import { recordTimestamp } from '../options/timestamp-extractor.js';
import { KStream } from './k-stream.js';
import { KTable } from './k-table.js';

/** Where a topology is declared (Java: `StreamsBuilder`). */
export class StreamsBuilder {
  readonly #graph = new Graph();
  readonly #sourceTopics = new Set<string>();

  /** A stream of the records of one topic or several. Throws a TopologyError if a topic is read twice. */
  stream<K = string, V = unknown>(topics: string | readonly string[], consumed: Consumed<K, V> = {}): KStream<K, V> {
    const list = typeof topics === 'string' ? [topics] : [...topics];
    if (list.length === 0) throw new TopologyError('stream: no topic given');
    for (const topic of list) {
      if (this.#sourceTopics.has(topic))
        throw new TopologyError(`topic ${topic} is read twice: use the first stream again`);
      this.#sourceTopics.add(topic);
    }
    const serdes = serdesOr<K, V>(consumed, {});
    const node = this.#graph.add('KSTREAM-SOURCE', consumed.name, {
      kind: 'source',
      parents: [],
      topics: Object.freeze(list),
      ...serdes,
      timestampExtractor: consumed.timestampExtractor ?? recordTimestamp,
    });
    return new KStream<K, V>(this.#graph, node, serdes, false);
  }

  /** The topic as a table: a null value deletes, a record with a null key is dropped, counted. */
  table<K = string, V = unknown>(topic: string, options: Consumed<K, V> & Materialized<K, V>): KTable<K, V> {
    const serdes = serdesOr<K, V>(options, {});
    const { name: _, ...consumed } = options;
    this.stream<K, V>(topic, { ...consumed, ...serdes });
    const source = this.#graph.nodes.at(-1);
    if (source === undefined) throw new Error('the source node was just added');
    const store = storeSpec(this.#graph, options, serdes, new KeyValueKind());
    const node = this.#graph.add('KTABLE-SOURCE', options.name, {
      kind: 'table',
      parents: [source],
      ...onlyStore(store),
    });
    return new KTable<K, V>(this.#graph, node, serdes);
  }

  /** The topology as declared so far. */
  build(): Topology {
    return new Topology(this.#graph.nodes);
  }
}
