import type { GraphNode } from './node.js';

/** True if the steps of the node may wait for a promise. */
export function mayWait(node: GraphNode): boolean {
  return node.kind === 'process' || (node.kind === 'placed' && node.mayWait);
}
