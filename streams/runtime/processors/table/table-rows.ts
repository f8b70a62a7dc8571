import { stateKeyBytes } from '../../../../stores/encoding/state-key.js';
import type { KeyValueKind, TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Site, TableView } from '../site.js';
import { oldVersionCodec, VersionedRows } from './versioned-rows.js';

/** The rows of a table: the newest versions, or all within a history. */
export type TableRows = TimestampedKeyValueStore<unknown, unknown> | VersionedRows;

export function openRows(
  { kind, keySerde, valueSerde, history, ...spec }: StoreSpec<KeyValueKind>,
  site: Site,
): TableRows {
  const latest = kind.open(site.bytesOf({ kind, keySerde, valueSerde, ...spec }), keySerde, valueSerde);
  if (history === undefined) return latest;
  const versions = history.kind.open(site.bytesOf(history), keySerde, oldVersionCodec(valueSerde));
  return new VersionedRows(latest, versions, history.kind.retentionMs, row => keySerde.deserialize(stateKeyBytes(row)));
}

export function rowsView(rows: TableRows): TableView {
  if (!(rows instanceof VersionedRows)) return { get: key => rows.get(key) };
  return { get: key => rows.get(key), getAsOf: (key, time) => rows.getAsOf(key, time) };
}
