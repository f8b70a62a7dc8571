import type { StateKey } from '../encoding/state-key.js';
import { EntryMap } from './entry-map.js';

/**
 * The entries that were read from disk most recently. The least recently read entry leaves first. All its entries are
 * on disk.
 */
export class CleanCache {
  readonly #entries = new EntryMap();
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Estimate of the memory that the entries take. */
  get bytes(): number {
    return this.#entries.bytes;
  }

  get(key: StateKey): Buffer | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#entries.moveToEnd(key, value);
    return value;
  }

  set(key: StateKey, value: Buffer): void {
    if (this.#maxBytes === 0) return;
    this.#entries.set(key, value);
    while (this.#entries.bytes > this.#maxBytes) {
      const oldest = this.#entries.entries.keys().next();
      if (oldest.done) return;
      this.#entries.delete(oldest.value);
    }
  }

  delete(key: StateKey): void {
    if (this.#entries.size > 0) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
