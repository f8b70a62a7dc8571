import { TopologyError } from '../../dsl/graph/graph.js';
import type { RepartitionNode, SourceNode, StoreSpec } from '../../dsl/graph/node.js';
import { isBoundary, type SubTopology, type Topology } from '../../dsl/graph/topology.js';

/** A store of a task and the topic that its writes go to; undefined if it has no changelog. */
export interface PlannedStore {
  readonly spec: StoreSpec;
  readonly changelog: string | undefined;
}

/** A repartition topic with what it connects. */
export interface PlannedRepartition {
  readonly node: RepartitionNode;
  readonly topic: string;
  readonly partitions: number;
  /** How many tasks write to it. */
  readonly upstreamTasks: number;
  /** True if records may stay in the task that made them. */
  readonly local: boolean;
}

/** One sub-topology with the numbers that only the cluster knows. */
export interface PlannedSubTopology {
  readonly subTopology: SubTopology;
  /** One task for each partition. */
  readonly tasks: number;
  readonly sources: readonly SourceNode[];
  /** Topics that its tasks read, with their partitions. */
  readonly inputs: readonly { readonly topic: string; readonly partitions: number }[];
  /** Read by it. */
  readonly reads: readonly PlannedRepartition[];
  /** Written by it. */
  readonly writes: readonly PlannedRepartition[];
  readonly stores: readonly PlannedStore[];
}

export interface TopologyPlan {
  readonly subTopologies: readonly PlannedSubTopology[];
  /** All topics to subscribe to. */
  readonly inputTopics: readonly string[];
  readonly auditTopic: string;
  /** Partitions of the audit topic: the most tasks that a sub-topology has. */
  readonly auditPartitions: number;
}

/**
 * How many tasks and partitions there are, given the partition counts of the source topics. Throws a TopologyError that names
 * the topics if those that must be co-partitioned are not.
 */
export function planTopology(
  topology: Topology,
  applicationId: string,
  partitionCounts: ReadonlyMap<string, number>,
): TopologyPlan {
  const tasksOf = new Map<SubTopology, number>();
  for (const sub of topology.subTopologies) tasksOf.set(sub, taskCount(sub, partitionCounts));
  const repartitions = new Map<RepartitionNode, PlannedRepartition>();
  for (const sub of topology.subTopologies) {
    for (const node of sub.reads) {
      const upstream = isBoundary(node) ? topology.subTopologies.find(s => s.nodes.includes(parentOf(node))) : sub;
      repartitions.set(node, {
        node,
        topic: repartitionTopicOf(applicationId, node),
        partitions: node.partitions ?? tasksOf.get(sub) ?? 0,
        upstreamTasks: (upstream === undefined ? undefined : tasksOf.get(upstream)) ?? 0,
        local: !isBoundary(node),
      });
    }
  }
  const all = [...repartitions.values()];
  const subTopologies = topology.subTopologies.map(subTopology => ({
    subTopology,
    tasks: tasksOf.get(subTopology) ?? 0,
    sources: subTopology.sources,
    inputs: [
      ...subTopology.sources.flatMap(({ topics }) =>
        topics.map(topic => ({ topic, partitions: partitionCounts.get(topic) ?? 0 })),
      ),
      ...all
        .filter(({ node }) => subTopology.reads.includes(node))
        .map(({ topic, partitions }) => ({ topic, partitions })),
    ],
    reads: all.filter(({ node }) => subTopology.reads.includes(node)),
    writes: all.filter(({ node }) => subTopology.nodes.includes(parentOf(node))),
    stores: subTopology.stores.map(spec => ({
      spec,
      changelog: spec.logged ? changelogTopicOf(applicationId, spec) : undefined,
    })),
  }));
  return {
    subTopologies,
    inputTopics: [
      ...subTopologies.flatMap(sub => sub.sources.flatMap(source => source.topics)),
      ...all.map(r => r.topic),
    ],
    auditTopic: auditTopicOf(applicationId),
    auditPartitions: Math.max(...subTopologies.map(sub => sub.tasks)),
  };
}

export function auditTopicOf(applicationId: string): string {
  return `${applicationId}-audit`;
}

function changelogTopicOf(applicationId: string, { name }: StoreSpec): string {
  return `${applicationId}-${name}-changelog`;
}

function repartitionTopicOf(applicationId: string, { repartition }: RepartitionNode): string {
  return `${applicationId}-${repartition}-repartition`;
}

/** The names of the topics of the application itself: whether they exist, and with how many partitions, only the cluster knows. */
export function internalTopicsOf(topology: Topology, applicationId: string): readonly string[] {
  return [
    ...topology.subTopologies.flatMap(({ reads }) => reads.map(node => repartitionTopicOf(applicationId, node))),
    ...topology.subTopologies.flatMap(({ stores }) =>
      stores.filter(({ logged }) => logged).map(spec => changelogTopicOf(applicationId, spec)),
    ),
    auditTopicOf(applicationId),
  ];
}

function parentOf(node: RepartitionNode): RepartitionNode['parents'][number] {
  const [parent] = node.parents;
  if (parent === undefined) throw new Error(`repartition ${node.name} has no parent`);
  return parent;
}

function taskCount(sub: SubTopology, partitionCounts: ReadonlyMap<string, number>): number {
  const counts = new Map<string, number>();
  for (const source of sub.sources) {
    for (const topic of source.topics) {
      const count = partitionCounts.get(topic);
      if (count === undefined) throw new TopologyError(`topic ${topic} does not exist`);
      counts.set(topic, count);
    }
  }
  const fixed = sub.reads.filter(isBoundary);
  for (const node of fixed) counts.set(`${node.repartition}-repartition`, node.partitions ?? 0);
  const different = new Set(counts.values());
  // What is keyed meets by partition: a store read or written from topics of unequal counts would be torn apart.
  if (different.size > 1 && sub.stores.length > 0) {
    const list = [...counts].map(([topic, count]) => `${topic} has ${count}`).join(', ');
    throw new TopologyError(`topics that must be co-partitioned have different numbers of partitions: ${list}`);
  }
  return Math.max(...different);
}
