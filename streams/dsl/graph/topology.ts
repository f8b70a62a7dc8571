import { describeTopology } from './describe.js';
import { TopologyError } from './graph.js';
import type { GraphNode } from './node.js';
import { type CopartitionGroup, copartitionGroups, type SubTopology, subTopologiesOf } from './sub-topologies.js';

/** A topology as data (Java: `Topology`). */
export class Topology {
  /** @internal */
  readonly nodes: readonly GraphNode[];
  /** @internal */
  readonly subTopologies: readonly SubTopology[];
  /** @internal */
  readonly copartitionGroups: readonly CopartitionGroup[];

  /** @internal Throws a TopologyError if it reads no topic. */
  constructor(nodes: readonly GraphNode[]) {
    if (!nodes.some(node => node.kind === 'source')) throw new TopologyError('the topology reads no topic');
    this.nodes = Object.freeze([...nodes]);
    this.copartitionGroups = copartitionGroups(nodes);
    this.subTopologies = subTopologiesOf(nodes, this.copartitionGroups);
    Object.freeze(this);
  }

  /** Text in the format of Java's `TopologyDescription`, which visualisers of topologies read. */
  describe(): string {
    return describeTopology(this);
  }
}
