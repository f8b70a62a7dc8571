import { keyToStateKey, type StateKey, stateKey } from '../../../stores/encoding/state-key.js';
import type { GraphNode, StoreSpec } from '../../dsl/graph/node.js';
import type { PlannedSubTopology, TopologyPlan } from '../plan/task-plan.js';
import { InvalidStateStoreError } from './invalid-state-store-error.js';

/** A store that can be asked, and what is needed to read its bytes. */
export interface QueryableStore {
  readonly spec: StoreSpec;
  readonly kind: 'keyValue' | 'window';
  /** Window stores only. */
  readonly windowSizeMs: number | undefined;
  /** False: an entry says only that it is there (`distinct`). */
  readonly hasValues: boolean;
  readonly sub: PlannedSubTopology;
}

/** By name. Suppressed results that wait are no table: their buffer can't be asked. */
export function queryableStores(plan: TopologyPlan): ReadonlyMap<string, QueryableStore> {
  const stores = new Map<string, QueryableStore>();
  for (const sub of plan.subTopologies) {
    for (const node of sub.subTopology.nodes) {
      const store = queryable(node);
      if (store !== undefined) stores.set(store.spec.name, { ...store, sub });
    }
  }
  return stores;
}

function queryable(node: GraphNode): Omit<QueryableStore, 'sub'> | undefined {
  switch (node.kind) {
    case 'table':
      return { spec: node.store, kind: 'keyValue', windowSizeMs: undefined, hasValues: true };
    case 'aggregate': {
      const windowSizeMs = node.windows?.sizeMs;
      const kind = windowSizeMs === undefined ? 'keyValue' : 'window';
      return { spec: node.store, kind, windowSizeMs, hasValues: true };
    }
    case 'distinct':
      return { spec: node.store, kind: 'window', windowSizeMs: node.windows.sizeMs, hasValues: false };
    default:
      return undefined;
  }
}

/** Throws an InvalidStateStoreError if the key serde does not take the key. */
export function stateKeyOf({ spec }: QueryableStore, key: unknown): StateKey {
  try {
    return keyToStateKey(spec.keySerde, key);
  } catch (error) {
    throw badKey(spec, error);
  }
}

/** Of a key as a person writes it, in a URL. */
export function stateKeyOfText({ spec }: QueryableStore, text: string): StateKey {
  const { keySerde } = spec;
  try {
    if (keySerde.fromText !== undefined) return keyToStateKey(keySerde, keySerde.fromText(text));
  } catch (error) {
    throw badKey(spec, error);
  }
  return stateKey(Buffer.from(text));
}

function badKey({ name }: StoreSpec, error: unknown): InvalidStateStoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new InvalidStateStoreError('BAD_KEY', `key of store ${name}: ${reason}`, { cause: error });
}
