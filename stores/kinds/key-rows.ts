import type { ByteStore } from '../bytes/byte-store.js';
import type { Codec } from '../encoding/codec.js';
import { type KeyCodec, keyToStateKey, type StateKey } from '../encoding/state-key.js';

/** One row for each key. Layout: serialized key. */
export class KeyRows<K, V> {
  protected readonly bytes: ByteStore;
  protected readonly keys: KeyCodec<K>;
  protected readonly values: Codec<V>;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>) {
    this.bytes = bytes;
    this.keys = keys;
    this.values = values;
  }

  stateKeyOf(key: K): StateKey {
    return keyToStateKey(this.keys, key);
  }
}
