import type { ByteStore } from '../bytes/byte-store.js';
import type { Codec } from '../encoding/codec.js';
import { readInt64, writeInt64 } from '../encoding/int64.js';
import { type KeyCodec, keyToStateKey, type StateKey, stateKey, stateKeyBytes } from '../encoding/state-key.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from '../encoding/timestamped.js';

export interface WindowEntry<K, V> extends ValueAndTimestamp<V> {
  readonly key: K;
  readonly windowStart: number;
}

/**
 * Values by window start and key (Java: `TimestampedWindowStore`). The start comes first in the state key, so windows of
 * one time lie together: they close and expire as ranges.
 */
export class TimestampedWindowStore<K, V> {
  readonly #bytes: ByteStore;
  readonly #keys: KeyCodec<K>;
  readonly #values: Codec<V>;
  readonly #retentionMs: number;
  #observedStart = -1;
  #prefixStart = Number.NaN;
  #prefix: StateKey = '';

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, retentionMs: number) {
    this.#bytes = bytes;
    this.#keys = keys;
    this.#values = values;
    this.#retentionMs = retentionMs;
  }

  /** What retention counts from: the highest time that was observed, -1 at first. */
  get observedStart(): number {
    return this.#observedStart;
  }

  /**
   * Windows that start at `start` less the retention, or before, expire. Java observes the start of each window that is
   * put; an operator whose time is held back by upstream tasks must not observe more than that time.
   */
  observe(start: number): void {
    if (start <= this.#observedStart) return;
    this.#observedStart = start;
    const expired = start - this.#retentionMs + 1;
    if (expired > 0) this.#bytes.expireBelow(windowPrefix(expired));
  }

  /** True if the window is out of the retention: it reads as absent, and a put to it is dropped. */
  expired(windowStart: number): boolean {
    return windowStart <= this.#observedStart - this.#retentionMs;
  }

  fetch(key: K, windowStart: number): ValueAndTimestamp<V> | null {
    const bytes = this.fetchBytes(this.stateKeyOf(key, windowStart));
    return bytes === null ? null : decodeTimestamped(this.#values, bytes);
  }

  fetchBytes(key: StateKey): Buffer | null {
    return this.#bytes.get(key);
  }

  /** A null `value` deletes. Returns the bytes of the encoded value, 0 if it was not put. */
  put(key: K, windowStart: number, value: V | null, timestamp: number): number {
    if (this.expired(windowStart)) return 0;
    const encoded = value === null ? null : encodeTimestamped(this.#values, value, timestamp);
    this.#bytes.put(this.stateKeyOf(key, windowStart), encoded);
    return encoded?.length ?? 0;
  }

  stateKeyOf(key: K, windowStart: number): StateKey {
    if (windowStart !== this.#prefixStart) {
      this.#prefix = windowPrefix(windowStart);
      this.#prefixStart = windowStart;
    }
    return this.#prefix + keyToStateKey(this.#keys, key);
  }

  keyOf(key: StateKey): { readonly key: K; readonly windowStart: number } {
    const bytes = stateKeyBytes(key);
    return { windowStart: readInt64(bytes, 0), key: this.#keys.deserialize(bytes.subarray(8)) };
  }

  decode(bytes: Buffer): ValueAndTimestamp<V> {
    return decodeTimestamped(this.#values, bytes);
  }

  /** By window start, then the serialized key. */
  async all(fromStart = 0): Promise<WindowEntry<K, V>[]> {
    const entries = await this.#bytes.entries({ from: windowPrefix(fromStart), to: '\uffff' });
    return entries
      .map(([key, bytes]) => ({ ...this.keyOf(key), ...this.decode(bytes) }))
      .filter(({ windowStart }) => !this.expired(windowStart));
  }
}

/** The beginning of the state keys of the windows that start at `start`. */
export function windowPrefix(start: number): StateKey {
  const bytes = Buffer.allocUnsafe(8);
  writeInt64(bytes, start, 0);
  return stateKey(bytes);
}
