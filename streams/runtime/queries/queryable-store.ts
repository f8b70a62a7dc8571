import { keyToStateKey, type StateKey, stateKey } from '../../../stores/encoding/state-key.js';
import type { QueryShape } from '../../../stores/kinds/store-kind.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import type { PlannedSubTopology, TopologyPlan } from '../plan/task-plan.js';

/** A store that can be queried, and what is needed to read its bytes. */
export interface QueryableStore {
  readonly spec: StoreSpec;
  readonly query: Exclude<QueryShape, { readonly kind: 'none' }>;
  /** undefined: a global store, which each process has whole. */
  readonly subTopology: PlannedSubTopology | undefined;
  /** The number of partitions by which the partitioner finds a key. */
  readonly partitions: number;
  /** False: a partitioner of the topology has chosen the partitions of its keys. */
  readonly isPartitionedByKey: boolean;
}

/** By name. */
export function queryableStores(plan: TopologyPlan): ReadonlyMap<string, QueryableStore> {
  const stores = new Map<string, QueryableStore>();
  for (const subTopology of plan.subTopologies) {
    for (const { spec, partitions, isPartitionedByKey } of subTopology.stores) {
      const { query } = spec.kind;
      if (query.kind !== 'none') stores.set(spec.name, { spec, query, subTopology, partitions, isPartitionedByKey });
    }
  }
  for (const { node } of plan.globalStores) {
    const { store: spec } = node;
    const { query } = spec.kind;
    if (query.kind !== 'none')
      stores.set(spec.name, { spec, query, subTopology: undefined, partitions: 1, isPartitionedByKey: true });
  }
  return stores;
}

/** Throws an InvalidStateStoreError if the key serde does not take the key. */
export function stateKeyOf({ spec }: QueryableStore, key: unknown): StateKey {
  try {
    return keyToStateKey(spec.keySerde, key);
  } catch (error) {
    throw badKey(spec, error);
  }
}

/** The key is given as text, for example in a URL. */
export function stateKeyOfText({ spec }: QueryableStore, text: string): StateKey {
  const { keySerde } = spec;
  try {
    if (keySerde.fromText !== undefined) return keyToStateKey(keySerde, keySerde.fromText(text));
  } catch (error) {
    throw badKey(spec, error);
  }
  return stateKey(Buffer.from(text));
}

/** Throws an InvalidStateStoreError if the store keeps no versions. */
export function checkVersioned({ spec }: QueryableStore): void {
  if (spec.history !== undefined) return;
  throw new InvalidStateStoreError('WRONG_KIND', `store ${spec.name} has no history`);
}

export function badKey({ name }: StoreSpec, error: unknown): InvalidStateStoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new InvalidStateStoreError('BAD_KEY', `key of store ${name}: ${reason}`, { cause: error });
}
