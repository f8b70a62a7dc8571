import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { headersCodec, type ValueTimestampHeaders } from '../encoding/timestamped-with-headers.js';
import { KeyValueStore } from './key-value-rows.js';
import { headersRow } from './queried-row.js';
import { COMPACTED, type KindOfStore, type QueryShape, type StoreShape } from './store-kind.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'keyValueWithHeaders' });
const QUERY: QueryShape = Object.freeze({ kind: 'keyValue', decode: headersRow });

/**
 * The values that a processor puts by key, with timestamp and headers (Java: `TimestampedKeyValueStoreWithHeaders`,
 * KIP-1271). Key: the serialized key. Value: headers, timestamp and the serialized value. Changelog: one record for each
 * row, compacted.
 */
export class KeyValueWithHeadersKind implements KindOfStore {
  readonly kind = 'keyValueWithHeaders';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = QUERY;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): KeyValueStore<K, ValueTimestampHeaders<V>> {
    return new KeyValueStore(bytes, keys, headersCodec(values));
  }
}
