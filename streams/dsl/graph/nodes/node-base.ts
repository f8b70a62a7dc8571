import type { StoreSpec } from '../../processor/store-spec.js';
import type { GraphNode } from '../node.js';

export interface NodeBase {
  /** Position in the order of declaration. */
  readonly id: number;
  /** Unique in the topology. Java's generated name if the caller gave none. */
  readonly name: string;
  readonly parents: readonly GraphNode[];
  /** The stores that it reads or writes. Nodes with a common store are in one sub-topology. */
  readonly stores: readonly StoreSpec[];
}

/** A node that keeps state in at least one store. */
export interface StatefulNode extends NodeBase {
  readonly stores: readonly [StoreSpec, ...StoreSpec[]];
}
