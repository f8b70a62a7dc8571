import type { GraphNode } from '../../dsl/graph/node.js';
import type { Delay } from '../time/time.js';

/** How calls delay the records of each node. Nodes whose records are not delayed are left out. */
export function delaysOf(nodes: readonly GraphNode[]): ReadonlyMap<GraphNode, Delay> {
  const delays = new Map<GraphNode, Delay>();
  // Parents come before their children.
  for (const node of nodes) {
    const delay = delayOf(
      node,
      node.parents.map(parent => delays.get(parent)),
    );
    if (delay !== undefined) delays.set(node, delay);
  }
  return delays;
}

/** Records of one parent may pass those of another one. */
function delayOf(node: GraphNode, ofParents: readonly (Delay | undefined)[]): Delay | undefined {
  const isDelayed = ofParents.some(delay => delay !== undefined);
  if (ofParents.includes('reordered') || (isDelayed && ofParents.length > 1)) return 'reordered';
  if (node.kind === 'async') return node.order === 'key' ? 'reordered' : 'inOrder';
  return isDelayed ? 'inOrder' : undefined;
}
