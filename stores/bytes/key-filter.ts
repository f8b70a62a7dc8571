import type { StateKey } from '../encoding/state-key.js';
import { BloomFilter } from './bloom-filter.js';
import { hashOf } from './key-hash.js';

export interface KeyFilterSize {
  /** Size of the first generation: a power of two, at least 4. */
  readonly firstBytes: number;
  /** Size of all generations. */
  readonly maxBytes: number;
}

/** From 2,000 keys to 4 million. */
const SIZE: KeyFilterSize = { firstBytes: 4096, maxBytes: 8 * 2 ** 20 };

/**
 * The keys that a store may have on disk. It avoids reads of LevelDB for other keys. Every key up to a bound counts as
 * present. Above the bound, added keys count as present. They are in Bloom filters (generations). When the newest
 * generation is full, another one doubles the space. Less than 1% of the absent keys count as present.
 *
 * A generation is dropped as a whole, when its greatest key is not needed any more. So a generation never claims a key
 * above its greatest one. Such a key would be added to no other generation, and would be lost with this one.
 */
export class KeyFilter {
  readonly #size: KeyFilterSize;
  /** The bound, included. undefined if there is none. */
  #assumedUpTo: StateKey | undefined;
  /** The newest generation is the last. */
  #generations: BloomFilter[] = [];

  /** All keys up to `assumedUpTo`, included, count as present. */
  constructor(assumedUpTo: StateKey | undefined, size: KeyFilterSize = SIZE) {
    this.#assumedUpTo = assumedUpTo;
    this.#size = size;
  }

  get bytes(): number {
    let bytes = 0;
    for (const generation of this.#generations) bytes += generation.bytes;
    return bytes;
  }

  /** False: the key was not added, and is above the bound. */
  mayContain(key: StateKey, hash = hashOf(key)): boolean {
    return this.#isAssumed(key) || this.#has(key, hash);
  }

  /** False: no key from `key` on was added, and the bound is below it. */
  mayContainFrom(key: StateKey): boolean {
    return this.#isAssumed(key) || this.#generations.some(({ greatest }) => greatest >= key);
  }

  add(key: StateKey, hash = hashOf(key)): void {
    if (this.#isAssumed(key)) return;
    if (this.#has(key, hash)) return;
    let newest = this.#generations.at(-1);
    if (newest === undefined || newest.full) {
      newest = this.#grow();
      if (this.#isAssumed(key)) return;
    }
    newest.add(key, hash);
  }

  /** Raises the bound: all keys up to `key`, included, count as present. */
  assumeUpTo(key: StateKey): void {
    if (!this.#isAssumed(key)) this.#assumedUpTo = key;
  }

  /** Call it when no key below `key` is needed any more. */
  forgetBelow(key: StateKey): void {
    this.#generations = this.#generations.filter(({ greatest }) => greatest >= key && !this.#isAssumed(greatest));
  }

  #isAssumed(key: StateKey): boolean {
    return this.#assumedUpTo !== undefined && key <= this.#assumedUpTo;
  }

  #has(key: StateKey, hash: number): boolean {
    const generations = this.#generations;
    for (let index = generations.length - 1; index >= 0; index--) {
      if (generations[index]?.mayContain(key, hash) === true) return true;
    }
    return false;
  }

  /**
   * Adds a generation that is as large as all others together. If there is no room for it, the keys of all generations
   * raise the bound instead.
   */
  #grow(): BloomFilter {
    const { firstBytes, maxBytes } = this.#size;
    let bytes = Math.max(firstBytes, powerOfTwo(this.bytes));
    if (this.bytes + bytes > maxBytes) {
      for (const { greatest } of this.#generations) this.assumeUpTo(greatest);
      this.#generations = [];
      bytes = firstBytes;
    }
    const generation = new BloomFilter(bytes);
    this.#generations.push(generation);
    return generation;
  }
}

/** The greatest power of two that is at most `n`. 0 for 0. */
function powerOfTwo(n: number): number {
  return n === 0 ? 0 : 2 ** (31 - Math.clz32(n));
}
