import type { GraphNode } from './node.js';

/** True if a record of the node may wait for a promise. */
export function mayWait(node: GraphNode): boolean {
  return node.kind === 'process' || node.kind === 'async' || (node.kind === 'placed' && node.mayWait);
}
