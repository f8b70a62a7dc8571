import { TopologyError } from '../../dsl/graph/graph.js';
import type { SourceNode } from '../../dsl/graph/node.js';
import { TopicPattern } from '../../dsl/graph/topic-pattern.js';
import type { Topology } from '../../dsl/graph/topology.js';
import { isInternalTopic } from '../../kafka/internal-topic-names.js';
import type { Admin } from '../../kafka/ports.js';

/** A source, and the topics that it reads. */
export interface PlannedSource {
  readonly node: SourceNode;
  /** Those that match its pattern are in the order of their names. */
  readonly topics: readonly string[];
}

/** The topics that the topology names, global ones too. They must exist before it can be planned. */
export function namedTopics(topology: Topology): readonly string[] {
  const { nodes, globalStores } = topology;
  const sources = nodes.flatMap(node => (node.kind === 'source' ? [node.topics] : []));
  const named = sources.flatMap(topics => (topics instanceof TopicPattern ? [] : topics));
  return [...named, ...globalStores.map(({ topic }) => topic)];
}

/**
 * The topics of a source. `existing` has all topics that the topology reads. Throws a TopologyError if it has none for
 * the pattern.
 */
export function topicsOf({ topics }: SourceNode, existing: ReadonlyMap<string, number>): readonly string[] {
  if (!(topics instanceof TopicPattern)) return topics;
  const matching = [...existing.keys()].filter(topic => topics.matches(topic)).sort();
  if (matching.length === 0) throw new TopologyError(`no topic matches ${topics}`);
  return matching;
}

/**
 * Finds the topics that a topology reads, among those of the cluster. A pattern does not match the internal topics of
 * Kafka and of the application, or its topic of dead letters: it would read what it writes.
 */
export class SourceTopics {
  readonly #named: readonly string[];
  readonly #patterns: readonly TopicPattern[];
  readonly #applicationId: string;
  readonly #deadLetterTopic: string | undefined;

  constructor(
    topology: Topology,
    config: { readonly applicationId: string; readonly deadLetterTopic: string | undefined },
  ) {
    this.#named = namedTopics(topology);
    this.#patterns = topology.nodes
      .flatMap(node => (node.kind === 'source' ? [node.topics] : []))
      .filter(topics => topics instanceof TopicPattern);
    this.#applicationId = config.applicationId;
    this.#deadLetterTopic = config.deadLetterTopic;
  }

  get hasPatterns(): boolean {
    return this.#patterns.length > 0;
  }

  /** True if a pattern of the topology matches the topic. */
  isMatched(topic: string): boolean {
    if (topic === this.#deadLetterTopic || isInternalTopic(topic, this.#applicationId)) return false;
    return this.#patterns.some(pattern => pattern.matches(topic));
  }

  /** The partition counts of the topics to read that exist. */
  async partitionCounts(admin: Pick<Admin, 'partitionCounts'>): Promise<ReadonlyMap<string, number>> {
    if (!this.hasPatterns) return await admin.partitionCounts(this.#named);
    const all = await admin.partitionCounts();
    return new Map([...all].filter(([topic]) => this.#named.includes(topic) || this.isMatched(topic)));
  }

  /** The named topics that do not exist. */
  missing(counts: ReadonlyMap<string, number>): readonly string[] {
    return this.#named.filter(topic => !counts.has(topic));
  }

  /** A text that says what can't be read yet. undefined if there is nothing. */
  lacking(counts: ReadonlyMap<string, number>): string | undefined {
    const missing = this.missing(counts);
    if (missing.length > 0) return `topic ${missing.join(', ')} does not exist`;
    const unmatched = this.#patterns.filter(pattern => ![...counts.keys()].some(topic => pattern.matches(topic)));
    return unmatched.length > 0 ? `no topic matches ${unmatched.join(', ')}` : undefined;
  }
}
