import type { SourceNode } from '../dsl/graph/node.js';
import { TopicPattern } from '../dsl/graph/topic-pattern.js';
import type { Topology } from '../dsl/graph/topology.js';
import type { Serde } from '../dsl/serde/serdes.js';
import { asError } from '../runtime/errors.js';
import type { InMemoryCluster } from './in-memory-cluster.js';
import type { InMemoryLog } from './in-memory-log.js';

/** How a test writes or reads a topic. Default: text keys and JSON values. */
export interface TopicSerdes<K, V> {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

/** The topics of a topology in the test driver, and the errors about them. */
export class DriverTopics {
  readonly #topology: Topology;
  readonly #cluster: InMemoryCluster;
  /** The topics that the topology writes, as far as it names them, and `others`. */
  readonly outputs: readonly string[];

  constructor(topology: Topology, cluster: InMemoryCluster, others: readonly string[]) {
    this.#topology = topology;
    this.#cluster = cluster;
    const written = topology.nodes.flatMap(node => {
      if ('late' in node && node.late !== undefined) return [node.late.topic];
      return node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [];
    });
    this.outputs = [...new Set([...written, ...others])];
  }

  /** Throws if there is no such topic. */
  inputPartitions(topic: string): number {
    const { length } = this.#cluster.logs(topic);
    if (length > 0) return length;
    const { nodes, globalStores } = this.#topology;
    const sources = nodes.flatMap(node => (node.kind === 'source' ? [textOf(node.topics)] : []));
    const inputs = [...sources, ...globalStores.map(globalStore => globalStore.topic)];
    throw new Error(`there is no topic ${topic}; those that the topology reads are ${inputs.join(', ')}`);
  }

  /** Throws if there is no such topic. */
  outputLogs(topic: string): readonly InMemoryLog[] {
    const logs = this.#cluster.logs(topic);
    if (logs.length > 0) return logs;
    const known = this.outputs.join(', ') || 'none';
    const hint = 'one that a function chooses is named by the option outputTopics';
    throw new Error(`there is no topic ${topic}; those that the topology writes are ${known}: ${hint}`);
  }

  /** Returns the result of `convert`. If its serde throws, the error says which serde fits the topic. */
  part<T>(topic: string, option: 'keySerde' | 'valueSerde', convert: () => T): T {
    try {
      return convert();
    } catch (thrown) {
      throw new Error(`${asError(thrown).message}: give the ${option} of ${this.#user(topic)}`, { cause: thrown });
    }
  }

  #user(topic: string): string {
    for (const node of this.#topology.nodes) {
      if (node.kind === 'source' && reads(node, topic)) return `the source ${node.name}, which reads ${topic}`;
      if (node.kind === 'sink' && node.topic === topic) return `the sink ${node.name}, which writes ${topic}`;
    }
    const filled = this.#topology.globalStores.find(globalStore => globalStore.topic === topic);
    return filled === undefined ? `the topic ${topic}` : `the global table ${filled.processor}, which reads ${topic}`;
  }
}

function reads({ topics }: SourceNode, topic: string): boolean {
  return topics instanceof TopicPattern ? topics.matches(topic) : topics.includes(topic);
}

function textOf(topics: SourceNode['topics']): string {
  return topics instanceof TopicPattern ? topics.toString() : topics.join(', ');
}
