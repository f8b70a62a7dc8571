import { type Graph, TopologyError } from '../graph/graph.js';
import type { StoreShape, StoreSpec } from '../graph/node.js';
import type { Materialized, WindowMaterialized } from '../options/options.js';
import { milliseconds } from '../windows/duration.js';
import type { TimeWindows } from '../windows/windows.js';
import type { SerdePair } from './repartition.js';

/** Throws a TopologyError if the store's name is taken. */
export function storeSpec<K, V>(
  graph: Graph,
  options: Materialized<K, V>,
  serdes: SerdePair<K, V>,
  shape: StoreShape,
): StoreSpec {
  graph.reserve(options.as, 'store');
  return Object.freeze({
    name: options.as,
    shape: Object.freeze(shape),
    ...serdes,
    logged: options.logging ?? true,
    cached: options.caching ?? true,
    retentionMs: undefined,
    writeOnce: false,
  });
}

/** Throws a TopologyError if the store's name is taken or the retention is below size + grace. */
export function windowStoreSpec<K, V>(
  graph: Graph,
  options: WindowMaterialized<K, V>,
  serdes: SerdePair<K, V>,
  windows: TimeWindows,
  kind: 'window' | 'distinct',
): StoreSpec {
  const least = windows.sizeMs + windows.graceMs;
  const retentionMs =
    options.retention === undefined ? least : milliseconds(options.retention, `retention of the store ${options.as}`);
  if (retentionMs < least) {
    throw new TopologyError(
      `retention of the store ${options.as}: ${retentionMs} ms is below size + grace, ${least} ms`,
    );
  }
  const { sizeMs, advanceMs, graceMs } = windows;
  const spec = storeSpec(graph, options, serdes, { kind, sizeMs, advanceMs, graceMs });
  return Object.freeze({ ...spec, retentionMs, writeOnce: kind === 'distinct' });
}
