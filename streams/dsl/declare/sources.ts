import { type Graph, TopologyError } from '../graph/graph.js';
import type { SourceNode } from '../graph/node.js';
import type { Consumed } from '../options/options.js';
import { recordTimestamp, type TimestampExtractor } from '../options/timestamp-extractor.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import { serdesOr } from './repartition.js';

/** A source as it was declared. */
interface DeclaredSource {
  readonly node: SourceNode;
  readonly topics: readonly string[];
  readonly isTable: boolean;
  readonly reading: Reading;
}

/** How records are read. The serdes are those of the caller: the source may have checked ones in their place. */
interface Reading {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly timestampExtractor: TimestampExtractor;
}

/** The sources of a topology. Each topic has one. */
export class Sources {
  readonly #graph: Graph;
  readonly #declared: DeclaredSource[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /**
   * The source of a stream. Streams of the same topics have one source (Java:
   * `InternalStreamsBuilder.mergeDuplicateSourceNodes`). Its children get a record in the order in which they are
   * declared. Throws a TopologyError if the topics have another source, or if the streams read them in different ways:
   * Java would read them in the way of the first stream.
   */
  ofStream<K, V>(topics: readonly string[], consumed: Consumed<K, V>): SourceNode {
    if (topics.length === 0) throw new TopologyError('stream: no topic given');
    const names = new Set(topics);
    if (names.size < topics.length) throw new TopologyError(`stream: a topic is named twice: ${topics.join(', ')}`);
    const reading = readingOf(consumed);
    for (const source of this.#declared) {
      const shared = source.topics.find(topic => names.has(topic));
      if (shared === undefined) continue;
      if (source.isTable) throw new TopologyError(readAsBoth(shared));
      if (source.topics.length !== names.size || !source.topics.every(topic => names.has(topic)))
        throw new TopologyError(overlapping(shared, source.topics, topics));
      checkSame(source, reading);
      return source.node;
    }
    return this.#add(topics, consumed, false, reading);
  }

  /** The source of a table. Throws a TopologyError if the topic has another source. */
  ofTable<K, V>(topic: string, consumed: Consumed<K, V>): SourceNode {
    const other = this.#declared.find(source => source.topics.includes(topic));
    if (other !== undefined) {
      throw new TopologyError(
        other.isTable ? `topic ${topic} is read by two tables: use the first table again` : readAsBoth(topic),
      );
    }
    return this.#add([topic], consumed, true, readingOf(consumed));
  }

  #add<K, V>(topics: readonly string[], consumed: Consumed<K, V>, isTable: boolean, reading: Reading): SourceNode {
    const node = this.#graph.add('KSTREAM-SOURCE', consumed.name, {
      kind: 'source',
      parents: [],
      topics: Object.freeze([...topics]),
      ...serdesOr<K, V>(consumed, {}),
      timestampExtractor: reading.timestampExtractor,
    });
    this.#declared.push({ node, topics: node.topics, isTable, reading });
    return node;
  }
}

function readingOf<K, V>({ keySerde, valueSerde, timestampExtractor }: Consumed<K, V>): Reading {
  return {
    keySerde: (keySerde ?? Serdes.string()) as Serde<unknown>,
    valueSerde: (valueSerde ?? Serdes.json()) as Serde<unknown>,
    timestampExtractor: timestampExtractor ?? recordTimestamp,
  };
}

function readAsBoth(topic: string): string {
  return `topic ${topic} is read as a stream and as a table: use toTable of the stream, or toStream of the table`;
}

function overlapping(topic: string, first: readonly string[], second: readonly string[]): string {
  return (
    `topic ${topic} is read by a stream of ${first.join(', ')} and by a stream of ${second.join(', ')}: ` +
    'give both the same topics, or merge streams of single topics'
  );
}

function checkSame({ topics, reading: first }: DeclaredSource, second: Reading): void {
  for (const option of ['keySerde', 'valueSerde', 'timestampExtractor'] as const) {
    if (first[option] === second[option]) continue;
    throw new TopologyError(
      `two streams of topic ${topics.join(', ')} differ in ${option}: give both the same one, or use the first stream again`,
    );
  }
}
