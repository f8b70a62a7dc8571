import type { ByteStore } from './byte-store.js';
import type { Codec } from './codec.js';
import { type StateKey, stateKey, stateKeyBytes } from './state-database.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from './timestamped.js';

/** The state key of `key`; codecs of text have a shorter way to it. */
export interface KeyCodec<K> extends Codec<K> {
  stateKey?(key: K): StateKey;
}

export function keyToStateKey<K>(codec: KeyCodec<K>, key: K): StateKey {
  return codec.stateKey === undefined ? stateKey(codec.serialize(key)) : codec.stateKey(key);
}

/** The table of one partition: the latest value and its timestamp by key (Java: `TimestampedKeyValueStore`). */
export class TimestampedKeyValueStore<K, V> {
  readonly #bytes: ByteStore;
  readonly #keys: KeyCodec<K>;
  readonly #values: Codec<V>;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>) {
    this.#bytes = bytes;
    this.#keys = keys;
    this.#values = values;
  }

  stateKeyOf(key: K): StateKey {
    return keyToStateKey(this.#keys, key);
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.getRow(this.stateKeyOf(key));
  }

  getRow(row: StateKey): ValueAndTimestamp<V> | null {
    const bytes = this.#bytes.get(row);
    return bytes === null ? null : decodeTimestamped(this.#values, bytes);
  }

  /** A null `value` deletes. Returns the bytes of the encoded value. */
  put(key: K, value: V | null, timestamp: number): number {
    return this.putRow(this.stateKeyOf(key), value, timestamp);
  }

  putRow(row: StateKey, value: V | null, timestamp: number): number {
    const encoded = value === null ? null : encodeTimestamped(this.#values, value, timestamp);
    this.#bytes.put(row, encoded);
    return encoded?.length ?? 0;
  }

  /** In the order of the serialized keys. */
  async all(): Promise<{ key: K; value: V; timestamp: number }[]> {
    return (await this.#bytes.entries()).map(([key, bytes]) => ({
      key: this.#keys.deserialize(stateKeyBytes(key)),
      ...decodeTimestamped(this.#values, bytes),
    }));
  }
}
