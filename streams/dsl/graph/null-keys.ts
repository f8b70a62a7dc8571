import type { GraphNode } from './node.js';

/**
 * The nodes that have a left or outer join of a stream somewhere after them. Such a join has results for records with a
 * null key, so a repartition among these nodes must keep them (KIP-962, Java: `NodesWithRelaxedNullKeyJoinDownstream`).
 *
 * @param nodes each after its parents
 */
export function joinedWithNullKeys(nodes: readonly GraphNode[]): ReadonlySet<GraphNode> {
  const joined = new Set<GraphNode>();
  for (const node of [...nodes].reverse()) {
    if (takesNullKeys(node) || joined.has(node)) for (const parent of node.parents) joined.add(parent);
  }
  return joined;
}

function takesNullKeys(node: GraphNode): boolean {
  // The side that waits is one that has results by itself.
  if (node.kind === 'streamJoin') return node.left.waiting !== undefined || node.right.waiting !== undefined;
  return (node.kind === 'streamTableJoin' || node.kind === 'globalTableJoin') && node.joinType === 'left';
}
