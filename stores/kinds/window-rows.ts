import type { ByteStore } from '../bytes/byte-store.js';
import { readInt64 } from '../encoding/int64.js';
import { type KeyCodec, keyToStateKey, type StateKey, stateKeyBytes } from '../encoding/state-key.js';
import { TIME_BYTES, timePrefix } from '../encoding/time-prefix.js';

/**
 * Rows by window start and key, for all kinds of stores with windows. The start is the first part of the state key, so
 * the windows of one time lie together. They close and expire as ranges.
 */
export class WindowRows<K> {
  protected readonly bytes: ByteStore;
  readonly #keys: KeyCodec<K>;
  readonly #retentionMs: number;
  #observedStart = -1;
  #prefixStart = Number.NaN;
  #prefix: StateKey = '';

  constructor(bytes: ByteStore, keys: KeyCodec<K>, retentionMs: number) {
    this.bytes = bytes;
    this.#keys = keys;
    this.#retentionMs = retentionMs;
  }

  /** The highest time that was observed, -1 at first. Retention counts from it. */
  get observedStart(): number {
    return this.#observedStart;
  }

  /**
   * Lets all windows expire that start at `start` less the retention or earlier. Java observes the start of each window
   * that is put. An operator whose time is held back by upstream tasks must observe no more than that time.
   */
  observe(start: number): void {
    if (start <= this.#observedStart) return;
    this.#observedStart = start;
    const expired = start - this.#retentionMs + 1;
    if (expired > 0) this.bytes.expireBelow(timePrefix(expired));
  }

  /** True if the window is outside the retention. It reads as absent, and a put to it is dropped. */
  expired(windowStart: number): boolean {
    return windowStart <= this.#observedStart - this.#retentionMs;
  }

  stateKeyOf(key: K, windowStart: number): StateKey {
    if (windowStart !== this.#prefixStart) {
      this.#prefix = timePrefix(windowStart);
      this.#prefixStart = windowStart;
    }
    return this.#prefix + keyToStateKey(this.#keys, key);
  }

  keyOf(key: StateKey): { readonly key: K; readonly windowStart: number } {
    const bytes = stateKeyBytes(key);
    return { windowStart: readInt64(bytes, 0), key: this.#keys.deserialize(bytes.subarray(TIME_BYTES)) };
  }
}
