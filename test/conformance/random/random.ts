import { NotPossible } from './not-possible.js';

/** A choice and how often it is made, compared with the others of its list. */
export type Weighted<T> = readonly [choice: T, weight: number];

/** Random numbers that a seed determines: mulberry32, whose state is a hash of the seed. */
export class Random {
  #state: number;

  constructor(seed: string) {
    this.#state = hash(seed);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  /** One of them. Throws NotPossible if there is none. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new NotPossible();
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** One of them by weight. Throws NotPossible if no weight is above 0. */
  weighted<T>(choices: readonly Weighted<T>[]): T {
    const possible = choices.filter(([, weight]) => weight > 0);
    let left = this.#next() * possible.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of possible) {
      left -= weight;
      if (left < 0) return choice;
    }
    throw new NotPossible();
  }

  /** From 0 to below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let hashed = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hashed = Math.imul(hashed ^ text.charCodeAt(index), 0x01000193);
  }
  return hashed;
}
