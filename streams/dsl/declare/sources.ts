import { type Graph, TopologyError } from '../graph/graph.js';
import type { SourceNode } from '../graph/node.js';
import { TopicPattern } from '../graph/topic-pattern.js';
import type { Consumed } from '../options/options.js';
import { recordTimestamp, type TimestampExtractor } from '../options/timestamp-extractor.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import { serdesOr } from './repartition.js';

type Topics = SourceNode['topics'];

/** A source as it was declared. */
interface DeclaredSource {
  readonly node: SourceNode;
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
  readonly #global: string[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /**
   * The source of a stream. Streams of the same topics, or of the same pattern, have one source (Java:
   * `InternalStreamsBuilder.mergeDuplicateSourceNodes`). Its children get a record in the order in which they are
   * declared. Throws a TopologyError if the topics have another source, or if the streams read them in different ways:
   * Java would read them in the way of the first stream.
   */
  ofStream<K, V>(given: readonly string[] | RegExp, consumed: Consumed<K, V>): SourceNode {
    const topics = given instanceof RegExp ? new TopicPattern(given) : named(given);
    this.#checkGlobal(topics);
    const reading = readingOf(consumed);
    for (const source of this.#declared) {
      const shared = sharedTopic(source.node.topics, topics);
      if (shared === undefined) continue;
      if (source.isTable) throw new TopologyError(readAsBoth(shared));
      if (!areSame(source.node.topics, topics))
        throw new TopologyError(overlapping(shared, source.node.topics, topics));
      checkSame(source, reading);
      return source.node;
    }
    return this.#add(topics, consumed, false, reading);
  }

  /** The source of a table. Throws a TopologyError if the topic has another source. */
  ofTable<K, V>(topic: string, consumed: Consumed<K, V>): SourceNode {
    const topics = Object.freeze([topic]);
    this.#checkGlobal(topics);
    const other = this.#declared.find(({ node }) => sharedTopic(node.topics, topics) !== undefined);
    if (other !== undefined) {
      throw new TopologyError(
        other.isTable ? `topic ${topic} is read by two tables: use the first table again` : readAsBoth(topic),
      );
    }
    return this.#add(topics, consumed, true, readingOf(consumed));
  }

  /** The topic of a global store. Throws a TopologyError if the topic has another source. */
  addGlobal(topic: string): void {
    const topics = [topic];
    this.#checkGlobal(topics);
    const other = this.#declared.find(({ node }) => sharedTopic(node.topics, topics) !== undefined);
    if (other !== undefined) throw new TopologyError(readGlobally(topic));
    this.#global.push(topic);
  }

  #checkGlobal(topics: Topics): void {
    const shared = sharedTopic(topics, this.#global);
    if (shared !== undefined) throw new TopologyError(readGlobally(shared));
  }

  #add<K, V>(topics: Topics, consumed: Consumed<K, V>, isTable: boolean, reading: Reading): SourceNode {
    const node = this.#graph.add('KSTREAM-SOURCE', consumed.name, {
      kind: 'source',
      parents: [],
      topics,
      ...serdesOr<K, V>(consumed, {}),
      timestampExtractor: reading.timestampExtractor,
    });
    this.#declared.push({ node, isTable, reading });
    return node;
  }
}

function named(topics: readonly string[]): readonly string[] {
  if (topics.length === 0) throw new TopologyError('stream: no topic given');
  if (new Set(topics).size < topics.length)
    throw new TopologyError(`stream: a topic is named twice: ${topics.join(', ')}`);
  return Object.freeze([...topics]);
}

/**
 * A topic of both, or a pattern that both have. Topics that match two patterns are found when the topics of the cluster
 * are known.
 */
function sharedTopic(first: Topics, second: Topics): string | undefined {
  if (first instanceof TopicPattern) {
    if (second instanceof TopicPattern) return first.equals(second) ? first.toString() : undefined;
    return second.find(topic => first.matches(topic));
  }
  if (second instanceof TopicPattern) return sharedTopic(second, first);
  return first.find(topic => second.includes(topic));
}

function areSame(first: Topics, second: Topics): boolean {
  if (first instanceof TopicPattern || second instanceof TopicPattern)
    return first instanceof TopicPattern && second instanceof TopicPattern;
  return first.length === second.length && first.every(topic => second.includes(topic));
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

function readGlobally(topic: string): string {
  return `topic ${topic} is read twice: a topic of a global table has no other source`;
}

function overlapping(topic: string, first: Topics, second: Topics): string {
  return (
    `topic ${topic} is read by a stream of ${listed(first)} and by a stream of ${listed(second)}: ` +
    'give both the same topics, or merge streams of single topics'
  );
}

function listed(topics: Topics): string {
  return topics instanceof TopicPattern ? topics.toString() : topics.join(', ');
}

function checkSame({ node, reading: first }: DeclaredSource, second: Reading): void {
  for (const option of ['keySerde', 'valueSerde', 'timestampExtractor'] as const) {
    if (first[option] === second[option]) continue;
    throw new TopologyError(
      `two streams of topic ${listed(node.topics)} differ in ${option}: give both the same one, or use the first stream again`,
    );
  }
}
