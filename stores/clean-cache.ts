import type { StateKey } from './state-database.js';

/** Entries that were read from disk of late, least recently read out first. Holds nothing that is not on disk. */
export class CleanCache {
  readonly #entries = new Map<StateKey, Buffer>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: StateKey): Buffer | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: StateKey, value: Buffer): void {
    if (this.#maxEntries === 0) return;
    this.#entries.set(key, value);
    if (this.#entries.size > this.#maxEntries) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
  }

  delete(key: StateKey): void {
    if (this.#entries.size > 0) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
