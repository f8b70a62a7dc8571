import type { StoreSpec } from '../processor/store-spec.js';
import { describeTopology } from './describe.js';
import { TopologyError } from './graph.js';
import { materialize } from './materialization.js';
import type { GlobalStoreNode, GraphNode } from './node.js';
import { type CopartitionGroup, copartitionGroups, type SubTopology, subTopologiesOf } from './sub-topologies.js';

/** The stores of a topology that no operator declares. */
export interface TopologyStores {
  readonly stores?: readonly StoreSpec[];
  readonly globalStores?: readonly GlobalStoreNode[];
}

/** A topology as data (Java: `Topology`). */
export class Topology {
  /** @internal */
  readonly nodes: readonly GraphNode[];
  /** @internal */
  readonly subTopologies: readonly SubTopology[];
  /** @internal */
  readonly copartitionGroups: readonly CopartitionGroup[];
  /** @internal In the order of declaration. */
  readonly globalStores: readonly GlobalStoreNode[];
  /** @internal The nodes that send old values with their updates. */
  readonly sendersOfOldValues: ReadonlySet<GraphNode>;
  /** @internal The nodes whose rows a join looks up, or a processor reads. */
  readonly lookedUp: ReadonlySet<GraphNode>;

  /**
   * @internal `stores` are those that are declared for processors. Throws a TopologyError if no task reads a topic, or if
   * a processor names a store that is not there.
   */
  constructor(nodes: readonly GraphNode[], { stores = [], globalStores = [] }: TopologyStores = {}) {
    if (!nodes.some(node => node.kind === 'source')) {
      const only = globalStores.length > 0 ? ' but those of its global tables: it needs a stream or a table' : '';
      throw new TopologyError(`the topology reads no topic${only}`);
    }
    const materialization = materialize(nodes, stores, new Set(globalStores.map(({ store }) => store.name)));
    this.nodes = Object.freeze(materialization.nodes);
    this.copartitionGroups = copartitionGroups(this.nodes);
    this.subTopologies = subTopologiesOf(this.nodes, this.copartitionGroups);
    this.globalStores = Object.freeze([...globalStores]);
    this.sendersOfOldValues = materialization.sendersOfOldValues;
    this.lookedUp = materialization.lookedUp;
    Object.freeze(this);
  }

  /** Text in the format of Java's `TopologyDescription`, which visualisers of topologies read. */
  describe(): string {
    return describeTopology(this);
  }
}
