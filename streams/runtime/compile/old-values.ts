import type { GraphNode } from '../../dsl/graph/node.js';

/**
 * The nodes that must send old values: an operator after them uses old values, directly or after operators that pass
 * them on.
 */
export function sendersOfOldValues(nodes: readonly GraphNode[]): ReadonlySet<GraphNode> {
  const senders = new Set<GraphNode>();
  // Children come after their parents.
  for (const node of [...nodes].reverse()) {
    if (!('oldValues' in node) || node.oldValues === 'unused') continue;
    if (node.oldValues === 'used' || senders.has(node)) for (const parent of node.parents) senders.add(parent);
  }
  return senders;
}
