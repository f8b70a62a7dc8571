import { type Graph, TopologyError } from '../graph/graph.js';
import type { FilledBy, GlobalStoreNode } from '../graph/node.js';
import type { StoreSpec } from '../processor/store-spec.js';
import type { Sources } from './sources.js';

/** Adds a global store that a processor fills. Throws a TopologyError if the store is no key-value store. */
export function addGlobalStore(
  graph: Graph,
  sources: Sources,
  store: StoreSpec,
  topic: string,
  name: string | undefined,
  filled: FilledBy,
): void {
  if (!isByKey(store)) throw new TopologyError(`the global store ${store.name} must be a key-value store`);
  graph.reserve(store.name, 'store');
  sources.addGlobal(topic);
  graph.addGlobalStore(name, { topic, store, filled });
}

function isByKey(store: StoreSpec): store is GlobalStoreNode['store'] {
  const { kind } = store.kind;
  return (
    (kind === 'keyValue' && store.history === undefined) || kind === 'plainKeyValue' || kind === 'keyValueWithHeaders'
  );
}
