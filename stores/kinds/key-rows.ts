import type { ByteStore } from '../bytes/byte-store.js';
import type { Codec } from '../encoding/codec.js';
import { type KeyCodec, keyToStateKey, type StateKey, stateKeyBytes } from '../encoding/state-key.js';

/** Rows by key, which the kinds of stores without time in their layout share. */
export class KeyRows<K, V> {
  protected readonly bytes: ByteStore;
  protected readonly values: Codec<V>;
  readonly #keys: KeyCodec<K>;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>) {
    this.bytes = bytes;
    this.values = values;
    this.#keys = keys;
  }

  stateKeyOf(key: K): StateKey {
    return keyToStateKey(this.#keys, key);
  }

  protected keyOf(row: StateKey): K {
    return this.#keys.deserialize(stateKeyBytes(row));
  }
}
