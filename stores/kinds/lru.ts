import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { readInt64, writeInt64 } from '../encoding/int64.js';
import type { KeyCodec, StateKey } from '../encoding/state-key.js';
import { type KeyValueEntry, KeyValueStore } from './key-value-rows.js';
import { COMPACTED, type KindOfStore, type QueryShape, type StoreShape } from './store-kind.js';

/** Bytes of the number of the put, before the value. */
const NUMBER_BYTES = 8;
const SHAPE: StoreShape = Object.freeze({ kind: 'lru' });
const QUERY: QueryShape = Object.freeze({
  kind: 'keyValue',
  decode: (values, row) => ({ value: values.deserialize(row.subarray(NUMBER_BYTES)), timestamp: null }),
});

/**
 * The values of the keys that were put or read most recently (Java: `Stores.lruMap`). Key: the serialized key. Value:
 * the number of the put (8 bytes) and the serialized value. Changelog: one record for each row, compacted.
 */
export class LruKind implements KindOfStore {
  readonly kind = 'lru';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = QUERY;
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    if (!(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
      throw new TypeError(`maxEntries: ${maxEntries} is not valid`);
    }
    this.#maxEntries = maxEntries;
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): LruStore<K, V> {
    return new LruStore(bytes, keys, values, this.#maxEntries);
  }
}

interface NumberedRow<V> {
  /** Puts have ascending numbers. */
  readonly put: number;
  readonly value: V;
}

/**
 * A key-value store with at most `maxEntries` entries (Java: `MemoryNavigableLRUCache`). Its put and its get make an
 * entry the most recent one. Above the maximum the eldest entry is deleted, as by `delete`. After a restart or an abort
 * the entries are in the order in which they were put.
 */
export class LruStore<K, V> {
  readonly #rows: KeyValueStore<K, NumberedRow<V>>;
  readonly #bytes: ByteStore;
  readonly #maxEntries: number;
  /** The keys. The eldest one is the first. */
  readonly #order = new Set<StateKey>();
  #nextPut = 0;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, maxEntries: number) {
    this.#rows = new KeyValueStore(bytes, keys, numberedCodec(values));
    this.#bytes = bytes;
    this.#maxEntries = maxEntries;
  }

  /** Reads the order of the entries. It must be called before anything else, and after an abort. */
  async init(): Promise<void> {
    this.#order.clear();
    this.#nextPut = 0;
    const puts: { readonly key: StateKey; readonly put: number }[] = [];
    for await (const [key, row] of this.#bytes.scan()) puts.push({ key, put: readInt64(row, 0) });
    puts.sort((a, b) => a.put - b.put);
    for (const { key, put } of puts) {
      this.#order.add(key);
      this.#nextPut = put + 1;
    }
  }

  get(key: K): V | null {
    const row = this.#rows.get(key);
    if (row === null) return null;
    this.#touch(this.#rows.stateKeyOf(key));
    return row.value;
  }

  /** A null `value` deletes the entry. */
  put(key: K, value: V | null): void {
    const row = this.#rows.stateKeyOf(key);
    if (value === null) {
      this.#rows.put(key, null);
      this.#order.delete(row);
      return;
    }
    this.#rows.put(key, { put: this.#nextPut, value });
    this.#nextPut++;
    this.#touch(row);
    for (const eldest of this.#order) {
      if (this.#order.size <= this.#maxEntries) return;
      this.#bytes.put(eldest, null);
      this.#order.delete(eldest);
    }
  }

  /** Puts the value if the key has none. Returns the value that the key had, or null. */
  putIfAbsent(key: K, value: V | null): V | null {
    const before = this.get(key);
    if (before === null) this.put(key, value);
    return before;
  }

  /** Returns the value that the key had, or null. */
  delete(key: K): V | null {
    const before = this.#rows.get(key);
    this.put(key, null);
    return before === null ? null : before.value;
  }

  /** The entries from one key to another, both included. null: no bound. It makes no entry more recent. */
  range(from: K | null, to: K | null, options?: { readonly reverse?: boolean }): AsyncGenerator<KeyValueEntry<K, V>> {
    return valuesOf(this.#rows.range(from, to, options));
  }

  all(options?: { readonly reverse?: boolean }): AsyncGenerator<KeyValueEntry<K, V>> {
    return valuesOf(this.#rows.all(options));
  }

  /** The entries whose keys begin with the bytes of `prefix`. */
  prefixScan<P>(prefix: P, prefixes: KeyCodec<P>): AsyncGenerator<KeyValueEntry<K, V>> {
    return valuesOf(this.#rows.prefixScan(prefix, prefixes));
  }

  #touch(key: StateKey): void {
    this.#order.delete(key);
    this.#order.add(key);
  }
}

async function* valuesOf<K, V>(
  rows: AsyncIterable<KeyValueEntry<K, NumberedRow<V>>>,
): AsyncGenerator<KeyValueEntry<K, V>> {
  for await (const [key, { value }] of rows) yield [key, value];
}

function numberedCodec<V>(values: Codec<V>): Codec<NumberedRow<V>> {
  return {
    serialize({ put, value }) {
      const bytes = values.serialize(value);
      const result = Buffer.allocUnsafe(NUMBER_BYTES + bytes.length);
      writeInt64(result, put, 0);
      bytes.copy(result, NUMBER_BYTES);
      return result;
    },
    deserialize: bytes => ({ put: readInt64(bytes, 0), value: values.deserialize(bytes.subarray(NUMBER_BYTES)) }),
  };
}
