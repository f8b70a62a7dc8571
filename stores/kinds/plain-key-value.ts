import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { KeyValueStore } from './key-value-rows.js';
import { plainRow } from './queried-row.js';
import { COMPACTED, type KindOfStore, type QueryShape, type StoreShape } from './store-kind.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'plainKeyValue' });
const QUERY: QueryShape = Object.freeze({ kind: 'keyValue', decode: plainRow });

/**
 * The values that a processor puts by key, without timestamps (Java: `KeyValueStore`). Key: the serialized key. Value:
 * the serialized value. Changelog: one record for each row, compacted.
 */
export class PlainKeyValueKind implements KindOfStore {
  readonly kind = 'plainKeyValue';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = QUERY;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): KeyValueStore<K, V> {
    return new KeyValueStore(bytes, keys, values);
  }
}
