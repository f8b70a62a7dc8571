import type { ProcessNode } from '../../../dsl/graph/node.js';
import type { Compile } from '../site.js';

export const compileProcess: Compile<ProcessNode> = (node, site) => node.place(site);
