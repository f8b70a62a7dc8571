import { describeTopology } from './describe.js';
import { TopologyError } from './graph.js';
import { type GraphNode, type RepartitionNode, type SourceNode, type StoreSpec, storesOf } from './node.js';

/** Nodes that run together: a task is a sub-topology and a partition. */
export interface SubTopology {
  readonly id: number;
  /** In the order of declaration. */
  readonly nodes: readonly GraphNode[];
  readonly sources: readonly SourceNode[];
  /** Repartition topics that this sub-topology reads. */
  readonly reads: readonly RepartitionNode[];
  readonly stores: readonly StoreSpec[];
}

/** What a topology does, as data (Java: `Topology`). */
export class Topology {
  /** @internal */
  readonly nodes: readonly GraphNode[];
  /** @internal */
  readonly subTopologies: readonly SubTopology[];

  /** @internal Throws a TopologyError if nothing is read. */
  constructor(nodes: readonly GraphNode[]) {
    if (!nodes.some(node => node.kind === 'source')) throw new TopologyError('the topology reads no topic');
    this.nodes = Object.freeze([...nodes]);
    this.subTopologies = Object.freeze(connectedComponents(nodes));
    Object.freeze(this);
  }

  /** Text in the format of Java's `TopologyDescription`, which visualisers of topologies read. */
  describe(): string {
    return describeTopology(this);
  }
}

/**
 * A repartition topic with a number of partitions of its own separates what is before it from what is behind it.
 * Any other one connects them: its records stay in the task where they are in the right partition already.
 */
export function isBoundary(node: GraphNode): node is RepartitionNode {
  return node.kind === 'repartition' && node.partitions !== undefined;
}

function connectedComponents(nodes: readonly GraphNode[]): SubTopology[] {
  const component = new Map<GraphNode, GraphNode>(nodes.map(node => [node, node]));
  const find = (node: GraphNode): GraphNode => {
    let root = node;
    for (let up = component.get(root); up !== undefined && up !== root; up = component.get(root)) root = up;
    return root;
  };
  for (const node of nodes) {
    if (isBoundary(node)) continue;
    for (const parent of node.parents) component.set(find(node), find(parent));
  }
  const members = new Map<GraphNode, GraphNode[]>();
  for (const node of nodes) {
    const root = find(node);
    members.set(root, [...(members.get(root) ?? []), node]);
  }
  return [...members.values()].map((group, id) =>
    Object.freeze({
      id,
      nodes: Object.freeze(group),
      sources: Object.freeze(group.filter((node): node is SourceNode => node.kind === 'source')),
      reads: Object.freeze(group.filter((node): node is RepartitionNode => node.kind === 'repartition')),
      stores: Object.freeze(group.flatMap(storesOf)),
    }),
  );
}
