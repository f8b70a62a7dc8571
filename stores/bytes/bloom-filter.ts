import type { StateKey } from '../encoding/state-key.js';

/** With six probes a full filter takes one absent key in a thousand for present. */
const BITS_PER_KEY = 16;
const PROBES = 6;

/** Answers whether a key may have been added, or was not. It has a fixed size. */
export class BloomFilter {
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #capacity: number;
  #keys = 0;
  #greatest: StateKey = '';

  /** `bytes`: a power of two, at least 4. */
  constructor(bytes: number) {
    this.#words = new Int32Array(bytes / 4);
    this.#mask = bytes * 8 - 1;
    this.#capacity = (bytes * 8) / BITS_PER_KEY;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  get full(): boolean {
    return this.#keys >= this.#capacity;
  }

  /** The greatest key that was added; '' if there is none. */
  get greatest(): StateKey {
    return this.#greatest;
  }

  /** Never false for a key that was added. Never true for a key above the greatest one. */
  mayContain(key: StateKey, hash: number): boolean {
    const words = this.#words;
    const mask = this.#mask;
    const step = stepOf(hash);
    let bit = hash;
    for (let probe = 0; probe < PROBES; probe++) {
      if (((words[(bit & mask) >>> 5] ?? 0) & (1 << bit)) === 0) return false;
      bit = (bit + step) | 0;
    }
    return key <= this.#greatest;
  }

  /** The key must not be in the filter, because each call counts as one more key. */
  add(key: StateKey, hash: number): void {
    const words = this.#words;
    const mask = this.#mask;
    const step = stepOf(hash);
    let bit = hash;
    for (let probe = 0; probe < PROBES; probe++) {
      const word = (bit & mask) >>> 5;
      words[word] = (words[word] ?? 0) | (1 << bit);
      bit = (bit + step) | 0;
    }
    this.#keys++;
    if (key > this.#greatest) this.#greatest = key;
  }
}

/** The second hash: the distance between probes. It is odd, so that the probes are different bits. */
function stepOf(hash: number): number {
  return (hash >>> 15) | (hash << 17) | 1;
}
