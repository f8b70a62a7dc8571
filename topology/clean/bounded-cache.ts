export interface BoundedCacheOptions {
  /** With more entries, the oldest one is removed. */
  readonly maxEntries: number;
  /** Longer keys are computed each time, so that a few large inputs can't fill the memory. */
  readonly maxKeyLength: number;
}

/** Caches results for texts that occur again and again. */
export class BoundedCache<V extends string | null> {
  readonly #entries = new Map<string, V>();
  readonly #maxEntries: number;
  readonly #maxKeyLength: number;

  constructor(options: BoundedCacheOptions) {
    this.#maxEntries = options.maxEntries;
    this.#maxKeyLength = options.maxKeyLength;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The result of `compute` for the key. It must depend on nothing else. */
  get(key: string, compute: (key: string) => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    if (key.length <= this.#maxKeyLength) this.#put(key, value);
    return value;
  }

  #put(key: string, value: V): void {
    if (this.#entries.size >= this.#maxEntries) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, value);
  }
}
