import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { timestampedRow } from './queried-row.js';
import { COMPACTED, type KindOfStore, type QueryShape, type StoreShape } from './store-kind.js';
import { TimestampedWindowStore } from './window.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'unlimitedWindow' });
const QUERY: QueryShape = Object.freeze({
  kind: 'window',
  decode: timestampedRow,
  sizeMs: Number.POSITIVE_INFINITY,
});

/**
 * Values by window start and key, for windows that never end. Rows never expire. Key and value: as in the kind
 * `window`. Changelog: one record for each row, compacted.
 */
export class UnlimitedWindowKind implements KindOfStore {
  readonly kind = 'unlimitedWindow';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = QUERY;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): TimestampedWindowStore<K, V> {
    return new TimestampedWindowStore(bytes, keys, values, Number.POSITIVE_INFINITY);
  }
}
