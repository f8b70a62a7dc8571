import type { Graph } from '../graph/graph.js';
import type { GraphNode, ProcessNode } from '../graph/node.js';
import type { ProcessorOptions } from '../processor/processor.js';

/** Adds a processor, and the stores that it declares. */
export function addProcess(
  graph: Graph,
  parent: GraphNode,
  { name, stores = [] }: ProcessorOptions,
  keepsKey: boolean,
  supplier: ProcessNode['supplier'],
): GraphNode {
  const storeNames = declaredStores(graph, stores);
  return graph.add(keepsKey ? 'KSTREAM-PROCESSVALUES' : 'KSTREAM-PROCESSOR', name, {
    kind: 'process',
    parents: [parent],
    storeNames,
    keepsKey,
    supplier,
  });
}

/** Declares those that are given as a StoreBuilder. Returns the names of all. */
export function declaredStores(graph: Graph, stores: ProcessorOptions['stores'] = []): readonly string[] {
  for (const store of stores) if (typeof store !== 'string') graph.addStore(store.spec);
  return Object.freeze(stores.map(store => (typeof store === 'string' ? store : store.name)));
}
