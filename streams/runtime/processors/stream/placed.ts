import type { PlacedNode } from '../../../dsl/graph/node.js';
import type { Compile } from '../site.js';

export const compilePlaced: Compile<PlacedNode> = (node, site) => node.place(site);
