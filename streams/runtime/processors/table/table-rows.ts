import type { KeyValueKind, TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import { VersionedStore } from '../../../../stores/kinds/versioned.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Site, TableView } from '../site.js';

/** The rows of a table: the newest versions, or all within a history. */
export type TableRows = TimestampedKeyValueStore<unknown, unknown> | VersionedStore<unknown, unknown>;

export function openRows(
  { kind, keySerde, valueSerde, history, ...spec }: StoreSpec<KeyValueKind>,
  site: Site,
): TableRows {
  const bytes = site.bytesOf({ kind, keySerde, valueSerde, ...spec });
  if (history === undefined) return kind.open(bytes, keySerde, valueSerde);
  const parts = { latest: { kind, bytes }, history: { kind: history.kind, bytes: site.bytesOf(history) } };
  return new VersionedStore(parts, keySerde, valueSerde);
}

export function rowsView(rows: TableRows): TableView {
  if (!(rows instanceof VersionedStore)) return { get: key => rows.get(key) };
  return { get: key => rows.get(key), getAsOf: (key, time) => rows.getAsOf(key, time) };
}
