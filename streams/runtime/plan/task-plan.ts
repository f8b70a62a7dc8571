import { TopologyError } from '../../dsl/graph/graph.js';
import { mayWait } from '../../dsl/graph/may-wait.js';
import type { GlobalStoreNode, GraphNode, RepartitionNode, SourceNode } from '../../dsl/graph/node.js';
import { type Input, inputsOf, type SubTopology } from '../../dsl/graph/sub-topologies.js';
import type { Topology } from '../../dsl/graph/topology.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import {
  auditTopicOf,
  changelogTopicOf,
  repartitionTopicOf,
  undecoratedRepartitionTopic,
} from '../../kafka/internal-topic-names.js';
import type { Delay } from '../time/time.js';
import { delaysOf } from './delays.js';
import { type PlannedSource, topicsOf } from './source-topics.js';

/** A store of a task, and its changelog. undefined if it has no changelog. */
export interface PlannedStore {
  readonly spec: StoreSpec;
  readonly changelog: string | undefined;
  /** The number of partitions by which the partitioner finds a key: that of the inputs of the store. */
  readonly partitions: number;
  /** False: a partitioner of the topology has chosen the partitions of its keys. */
  readonly isPartitionedByKey: boolean;
}

/** A repartition topic, and what it connects. */
export interface PlannedRepartition {
  readonly node: RepartitionNode;
  readonly topic: string;
  readonly partitions: number;
  /** The number of tasks that write to it. */
  readonly upstreamTasks: number;
  /** True if records may stay in the task that made them. */
  readonly local: boolean;
  /** True if records are packed into blocks. */
  readonly packed: boolean;
  /** How calls before it delay its records. undefined: there are none. */
  readonly delay: Delay | undefined;
}

/** A sub-topology with the numbers that only the cluster knows. */
export interface PlannedSubTopology {
  /** Its number in the ids of tasks. */
  readonly id: number;
  readonly subTopology: SubTopology;
  /** The nodes that send old values with their updates. */
  readonly sendersOfOldValues: ReadonlySet<GraphNode>;
  /** The nodes whose rows a join looks up, or a processor reads. */
  readonly lookedUp: ReadonlySet<GraphNode>;
  /** One task for each partition. */
  readonly tasks: number;
  readonly sources: readonly PlannedSource[];
  /** The topics that its tasks read, with their partitions. */
  readonly inputs: readonly { readonly topic: string; readonly partitions: number }[];
  /** Repartitions that it reads. */
  readonly reads: readonly PlannedRepartition[];
  /** Repartitions that it writes. */
  readonly writes: readonly PlannedRepartition[];
  readonly stores: readonly PlannedStore[];
}

/** A global store, and the partitions of its topic. */
export interface PlannedGlobalStore {
  readonly node: GlobalStoreNode;
  readonly partitions: number;
}

export interface TopologyPlan {
  readonly subTopologies: readonly PlannedSubTopology[];
  readonly globalStores: readonly PlannedGlobalStore[];
  /** All topics to subscribe to. */
  readonly inputTopics: readonly string[];
  readonly auditTopic: string;
  /** Partitions of the audit topic: the largest number of tasks of a sub-topology. */
  readonly auditPartitions: number;
}

/**
 * The number of tasks and partitions, for the partition counts of the source topics. Throws a TopologyError that names
 * the topics if inputs that must be co-partitioned are not.
 */
export function planTopology(
  topology: Topology,
  applicationId: string,
  existing: ReadonlyMap<string, number>,
): TopologyPlan {
  const global = new Set(topology.globalStores.map(({ topic }) => topic));
  // A pattern does not match the topics of global stores.
  const partitionCounts = new Map([...existing].filter(([topic]) => !global.has(topic)));
  checkPatterns(topology, partitionCounts);
  const counts = inputCounts(topology, partitionCounts);
  const tasksOf = new Map<SubTopology, number>();
  for (const subTopology of topology.subTopologies) tasksOf.set(subTopology, taskCount(subTopology, counts));
  const delays = delaysOf(topology.nodes);
  const repartitions = new Map<RepartitionNode, PlannedRepartition>();
  for (const subTopology of topology.subTopologies) {
    for (const node of subTopology.reads) {
      const upstream = topology.subTopologies.find(({ nodes }) => nodes.includes(parentOf(node)));
      const tasks = tasksOf.get(subTopology) ?? 0;
      const partitions = counts.get(node) ?? tasks;
      const local = upstream === subTopology && node.partitions === undefined;
      // Tasks beyond its partitions would wait for it for ever.
      if (partitions !== tasks) throw new TopologyError(tornApart(node, partitions, tasks));
      repartitions.set(node, {
        node,
        topic: repartitionTopicOf(applicationId, node.repartition),
        partitions,
        upstreamTasks: (upstream === undefined ? undefined : tasksOf.get(upstream)) ?? 0,
        local,
        packed: !subTopology.nodes.some(mayWait),
        delay: delays.get(node),
      });
    }
  }
  const all = [...repartitions.values()];
  const inputs = inputsOf(topology.nodes);
  const subTopologies = topology.subTopologies.map(subTopology => ({
    id: subTopology.id,
    subTopology,
    sendersOfOldValues: topology.sendersOfOldValues,
    lookedUp: topology.lookedUp,
    tasks: tasksOf.get(subTopology) ?? 0,
    sources: subTopology.sources.map(node => ({ node, topics: topicsOf(node, partitionCounts) })),
    inputs: [
      ...subTopology.sources.flatMap(node =>
        topicsOf(node, partitionCounts).map(topic => ({ topic, partitions: partitionCounts.get(topic) ?? 0 })),
      ),
      ...all
        .filter(({ node }) => subTopology.reads.includes(node))
        .map(({ topic, partitions }) => ({ topic, partitions })),
    ],
    reads: all.filter(({ node }) => subTopology.reads.includes(node)),
    writes: all.filter(({ node }) => subTopology.nodes.includes(parentOf(node))),
    stores: subTopology.stores.map(spec => {
      const owner = subTopology.nodes.find(({ stores }) => stores.includes(spec));
      const ofOwner = [...((owner && inputs.get(owner)) ?? [])];
      const [input] = ofOwner;
      return {
        spec,
        changelog: spec.logged ? changelogTopicOf(applicationId, spec.name) : undefined,
        partitions: (input && counts.get(input)) ?? tasksOf.get(subTopology) ?? 0,
        isPartitionedByKey: !ofOwner.some(hasPartitioner),
      };
    }),
  }));
  return {
    subTopologies,
    globalStores: topology.globalStores.map(node => ({ node, partitions: countOf(node.topic, existing) })),
    inputTopics: [
      ...subTopologies.flatMap(subTopology => subTopology.sources.flatMap(source => source.topics)),
      ...all.map(r => r.topic),
    ],
    auditTopic: auditTopicOf(applicationId),
    auditPartitions: Math.max(...subTopologies.map(subTopology => subTopology.tasks)),
  };
}

/**
 * The names of the internal topics of the application. Only the cluster knows whether they exist, and with how many
 * partitions.
 */
export function internalTopicsOf(topology: Topology, applicationId: string): readonly string[] {
  return [
    ...topology.subTopologies.flatMap(({ reads }) =>
      reads.map(({ repartition }) => repartitionTopicOf(applicationId, repartition)),
    ),
    ...topology.subTopologies.flatMap(({ stores }) =>
      stores.filter(({ logged }) => logged).map(({ name }) => changelogTopicOf(applicationId, name)),
    ),
    auditTopicOf(applicationId),
  ];
}

function hasPartitioner(input: Input): boolean {
  return input.kind === 'repartition' && input.partitioner !== undefined;
}

function parentOf(node: RepartitionNode): RepartitionNode['parents'][number] {
  const [parent] = node.parents;
  if (parent === undefined) throw new Error(`repartition ${node.name} has no parent`);
  return parent;
}

/** Throws a TopologyError if a topic matches the patterns of two sources. */
function checkPatterns({ nodes }: Topology, partitionCounts: ReadonlyMap<string, number>): void {
  const readers = new Map<string, SourceNode['topics']>();
  for (const node of nodes) {
    if (node.kind !== 'source') continue;
    for (const topic of topicsOf(node, partitionCounts)) {
      const other = readers.get(topic);
      if (other !== undefined)
        throw new TopologyError(`topic ${topic} matches ${other} and ${node.topics}: narrow one`);
      readers.set(topic, node.topics);
    }
  }
}

/**
 * The partition counts of the inputs that are known: sources, repartitions with a number of their own, and repartitions
 * that meet such inputs. Throws a TopologyError if inputs that must be co-partitioned are not.
 */
function inputCounts(
  { nodes, copartitionGroups }: Topology,
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<Input, number> {
  const counts = new Map<Input, number>();
  for (const node of nodes) {
    if (node.kind === 'source') {
      const ofTopics = topicsOf(node, partitionCounts).map(topic => countOf(topic, partitionCounts));
      counts.set(node, Math.max(...ofTopics));
    } else if (node.kind === 'repartition' && node.partitions !== undefined) counts.set(node, node.partitions);
  }
  for (const group of copartitionGroups) {
    const known = new Map(group.flatMap(input => namedCounts(input, partitionCounts)));
    const different = new Set(known.values());
    if (different.size > 1) {
      const list = [...known].map(([topic, count]) => `${topic} has ${count}`).join(', ');
      throw new TopologyError(`topics that must be co-partitioned have different numbers of partitions: ${list}`);
    }
    const [count] = different;
    if (count !== undefined) for (const input of group) counts.set(input, count);
  }
  return counts;
}

function tornApart({ repartition }: RepartitionNode, partitions: number, tasks: number): string {
  return (
    `topics that must be co-partitioned have different numbers of partitions: ` +
    `${undecoratedRepartitionTopic(repartition)} has ${partitions}, and an input that is connected with it ${tasks}`
  );
}

function namedCounts(input: Input, partitionCounts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  if (input.kind === 'source')
    return topicsOf(input, partitionCounts).map(topic => [topic, countOf(topic, partitionCounts)]);
  return input.partitions === undefined ? [] : [[undecoratedRepartitionTopic(input.repartition), input.partitions]];
}

function countOf(topic: string, partitionCounts: ReadonlyMap<string, number>): number {
  const count = partitionCounts.get(topic);
  if (count === undefined) throw new TopologyError(`topic ${topic} does not exist`);
  return count;
}

/** The partition count of the input with the most partitions. */
function taskCount({ sources, reads }: SubTopology, counts: ReadonlyMap<Input, number>): number {
  return Math.max(...[...sources, ...reads].map(input => counts.get(input) ?? 0));
}
