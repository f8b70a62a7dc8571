import type { GraphNode } from './node.js';

/** True if the rows of the node are those of a versioned table, with their history. */
export function isVersioned(node: GraphNode | undefined): boolean {
  switch (node?.kind) {
    case 'table':
    case 'aggregate':
    case 'tableAggregate':
      return node.store.history !== undefined;
    case 'tableJoin':
      return node.store?.history !== undefined;
    case 'tableFilter':
    case 'tableMapValues':
    case 'tableTransformValues':
      if (node.store !== undefined) return node.store.history !== undefined;
      return !node.hidesHistory && isVersioned(node.parents[0]);
    default:
      return false;
  }
}
