import { END_OF_KEYS, type KeyCodec, prefixEnd, type StateKey, stateKey } from '../encoding/state-key.js';
import { KeyRows } from './key-rows.js';

/** An entry of a range. */
export type KeyValueEntry<K, R> = readonly [key: K, row: R];

/**
 * Rows by key, as processors use them (Java: `KeyValueStore`). What a row is depends on the kind: a value, a value and
 * its timestamp, or a value with timestamp and headers. Ranges are in the order of the bytes of the keys, or the
 * reverse, as of their first step: later writes do not show.
 */
export class KeyValueStore<K, R> extends KeyRows<K, R> {
  get(key: K): R | null {
    const bytes = this.bytes.get(this.stateKeyOf(key));
    return bytes === null ? null : this.values.deserialize(bytes);
  }

  /** A null `row` deletes the row of the key. */
  put(key: K, row: R | null): void {
    this.bytes.put(this.stateKeyOf(key), row === null ? null : this.values.serialize(row));
  }

  /** Puts the row if the key has none. Returns the row that the key had, or null. */
  putIfAbsent(key: K, row: R | null): R | null {
    const before = this.get(key);
    if (before === null) this.put(key, row);
    return before;
  }

  /** Returns the row that the key had, or null. */
  delete(key: K): R | null {
    const before = this.get(key);
    this.put(key, null);
    return before;
  }

  /** The rows from one key to another, both included. null: no bound. */
  range(from: K | null, to: K | null, options?: { readonly reverse?: boolean }): AsyncGenerator<KeyValueEntry<K, R>> {
    const range = {
      from: from === null ? '' : this.stateKeyOf(from),
      to: to === null ? END_OF_KEYS : `${this.stateKeyOf(to)}\0`,
    };
    return this.#scan(range, options);
  }

  all(options?: { readonly reverse?: boolean }): AsyncGenerator<KeyValueEntry<K, R>> {
    return this.range(null, null, options);
  }

  /** The rows whose keys begin with the bytes of `prefix`. */
  prefixScan<P>(prefix: P, prefixes: KeyCodec<P>): AsyncGenerator<KeyValueEntry<K, R>> {
    const from = stateKey(prefixes.serialize(prefix));
    return this.#scan({ from, to: prefixEnd(from) });
  }

  async *#scan(
    range: { readonly from: StateKey; readonly to: StateKey },
    options?: { readonly reverse?: boolean },
  ): AsyncGenerator<KeyValueEntry<K, R>> {
    for await (const [row, bytes] of this.bytes.scan(range, options)) {
      yield [this.keyOf(row), this.values.deserialize(bytes)];
    }
  }
}
