import type { KeyValueKind, TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import { VersionedStore } from '../../../../stores/kinds/versioned.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Site, TableView } from '../site.js';

/** The rows of a table: the newest versions, or all within a history. */
export type TableRows = TimestampedKeyValueStore<unknown, unknown> | VersionedStore<unknown, unknown>;

export function openRows({ history, ...latest }: StoreSpec<KeyValueKind>, site: Site): TableRows {
  if (history !== undefined) return site.stores.versioned({ ...latest, history });
  return latest.kind.open(site.bytesOf(latest), latest.keySerde, latest.valueSerde);
}

export function rowsView(rows: TableRows): TableView {
  if (!(rows instanceof VersionedStore)) return { get: key => rows.get(key) };
  return { get: key => rows.get(key), getAsOf: (key, time) => rows.getAsOf(key, time) };
}
