import type { TableMergeNode } from '../../../dsl/graph/node.js';
import type { Compile } from '../site.js';
import { ForwardProcessor } from '../stream/forward.js';

/** The parents have one store, so the rows of each are those of all. */
export const compileTableMerge: Compile<TableMergeNode> = (node, site) => {
  site.place(new ForwardProcessor(node.name, site.context));
  const view = site.viewOf(node.parents[0]);
  if (view !== undefined) site.showTable(view);
};
