import type { GraphNode } from '../../dsl/graph/node.js';

/** The nodes that send on the record they got, and not one of their own. `process` decides that for each record. */
const SENDS_ON: ReadonlySet<GraphNode['kind']> = new Set([
  'source',
  'repartition',
  'merge',
  'split',
  'branch',
  'process',
]);

/**
 * The nodes whose records have headers of their own, as in Java: a processor after them that pushes a header changes
 * neither the record that they got nor others that they make of it. The nodes without a processor after them may share
 * headers, because nothing changes them.
 */
export function nodesThatCopyHeaders(nodes: readonly GraphNode[]): ReadonlySet<GraphNode> {
  const before = new Set<GraphNode>();
  const addParents = (node: GraphNode): void => {
    for (const parent of node.parents) {
      if (before.has(parent)) continue;
      before.add(parent);
      // The records behind a repartition are others.
      if (parent.kind !== 'repartition') addParents(parent);
    }
  };
  for (const node of nodes) if (node.kind === 'process' && !node.keepsKey) addParents(node);
  return new Set([...before].filter(({ kind }) => !SENDS_ON.has(kind)));
}
