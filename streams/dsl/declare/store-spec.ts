import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import type { StoreKind } from '../../../stores/kinds/kinds.js';
import { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import { milliseconds } from '../../kafka/duration.js';
import { type Graph, TopologyError } from '../graph/graph.js';
import type { TableNode } from '../graph/node.js';
import type { Materialized, WindowMaterialized } from '../options/options.js';
import type { StoreSpec } from '../processor/store-spec.js';
import type { Windows } from '../windows/windows.js';
import type { SerdePair } from './repartition.js';

/** Throws a TopologyError if another store has the name. */
export function storeSpec<K, V, S extends StoreKind>(
  graph: Graph,
  options: Materialized<K, V>,
  serdes: SerdePair<K, V>,
  kind: S,
): StoreSpec<S> {
  graph.reserve(options.as, 'store');
  return Object.freeze({
    name: options.as,
    kind,
    ...serdes,
    logged: options.logging ?? true,
    inMemory: options.inMemory ?? false,
    cached: options.caching ?? true,
  });
}

/** The store of a table by key, with its history if it is versioned. */
export function keyValueStore<K, V>(
  graph: Graph,
  options: Materialized<K, V>,
  serdes: SerdePair<K, V>,
): StoreSpec<KeyValueKind> {
  const { as, historyRetention } = options;
  if (historyRetention === undefined) return storeSpec(graph, options, serdes, new KeyValueKind());
  const historyMs = milliseconds(historyRetention, `historyRetention of the store ${as}`);
  const kind = new TimeBucketsKind(Math.max(1, historyMs), historyMs);
  const store = storeSpec(graph, { ...options, caching: false }, serdes, new KeyValueKind());
  return Object.freeze({ ...store, history: storeSpec(graph, { ...options, as: `${as}-history` }, serdes, kind) });
}

/** The store, and that of its history. */
function storesOf(store: StoreSpec): readonly [StoreSpec, ...StoreSpec[]] {
  return Object.freeze(store.history === undefined ? ([store] as const) : ([store, store.history] as const));
}

/** The store fields of a table. If it is not `named`, the table has the store only where a node needs its rows. */
export function tableStore<K, V>(
  graph: Graph,
  options: Materialized<K, V>,
  serdes: SerdePair<K, V>,
  named: boolean,
): Pick<TableNode, 'store' | 'stores' | 'isStored' | 'hasLastingName'> {
  const store = keyValueStore(graph, options, serdes);
  return { store, stores: named ? storesOf(store) : Object.freeze([]), isStored: named, hasLastingName: true };
}

/** How long the store keeps a window, in milliseconds. Throws a TopologyError if that is less than size + grace. */
export function retentionOf<K, V>(options: RetentionOptions<K, V>, { sizeMs, graceMs }: Windows): number {
  return retentionAtLeast(options, sizeMs + graceMs, 'size + grace');
}

/** How long the store keeps a session after its end. Throws a TopologyError if that is less than gap + grace. */
export function sessionRetentionOf<K, V>(
  options: RetentionOptions<K, V>,
  { gapMs, graceMs }: { readonly gapMs: number; readonly graceMs: number },
): number {
  return retentionAtLeast(options, gapMs + graceMs, 'gap + grace');
}

/** How long the store keeps a sliding window after its start. Throws a TopologyError if that is too short. */
export function slidingRetentionOf<K, V>(
  options: RetentionOptions<K, V>,
  { timeDifferenceMs, graceMs }: { readonly timeDifferenceMs: number; readonly graceMs: number },
): number {
  return retentionAtLeast(options, 2 * timeDifferenceMs + graceMs, 'twice the time difference + grace');
}

type RetentionOptions<K, V> = Pick<WindowMaterialized<K, V>, 'as' | 'retention'>;

function retentionAtLeast<K, V>({ as, retention }: RetentionOptions<K, V>, least: number, what: string): number {
  if (retention === undefined) return least;
  const retentionMs = milliseconds(retention, `retention of the store ${as}`);
  if (retentionMs >= least) return retentionMs;
  throw new TopologyError(`retention of the store ${as}: ${retentionMs} ms is below ${what}, ${least} ms`);
}

/** The store fields of a node with one store, and its history if it has one. */
export function onlyStore<S extends StoreKind>(
  store: StoreSpec<S>,
): {
  readonly store: StoreSpec<S>;
  readonly stores: readonly [StoreSpec, ...StoreSpec[]];
} {
  return { store, stores: storesOf(store) };
}

/** Throws a TopologyError if the windows never close. `what` names the operator that needs windows that close. */
export function checkThatTheyClose({ sizeMs }: Pick<Windows, 'sizeMs'>, what: string): void {
  if (sizeMs === Number.POSITIVE_INFINITY) throw new TopologyError(`${what}: the windows never close`);
}
