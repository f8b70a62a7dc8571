import type { StateKey } from '../encoding/state-key.js';

/** A block that has more keys is split. So one more key moves few others. */
const MAX_BLOCK_KEYS = 512;

/** Keys in their order. They lie in blocks, each of at least one key. */
export class SortedKeys {
  readonly #blocks: StateKey[][] = [];
  #size: number;

  /** A key may come several times. */
  constructor(keys: Iterable<StateKey>) {
    const sorted = [...new Set(keys)].sort();
    const size = MAX_BLOCK_KEYS / 2;
    this.#size = sorted.length;
    for (let index = 0; index < sorted.length; index += size) this.#blocks.push(sorted.slice(index, index + size));
  }

  get size(): number {
    return this.#size;
  }

  add(key: StateKey): void {
    const at = Math.min(this.#blockOf(key), this.#blocks.length - 1);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([key]);
      this.#size++;
      return;
    }
    const index = firstFrom(block, key);
    if (block[index] === key) return;
    block.splice(index, 0, key);
    this.#size++;
    if (block.length > MAX_BLOCK_KEYS) this.#blocks.splice(at + 1, 0, block.splice(MAX_BLOCK_KEYS / 2));
  }

  /** Drops keys below `key`, not all of them: whole blocks only. */
  dropBelow(key: StateKey): void {
    const blocks = this.#blockOf(key);
    if (blocks === 0) return;
    for (const dropped of this.#blocks.splice(0, blocks)) this.#size -= dropped.length;
  }

  /** The first keys from `from` (included) to `to` (not included), at most `limit`. */
  first(from: StateKey, to: StateKey, limit: number): StateKey[] {
    const found: StateKey[] = [];
    for (let at = this.#blockOf(from); at < this.#blocks.length; at++) {
      const block = this.#blocks[at] ?? [];
      for (let index = firstFrom(block, from); index < block.length; index++) {
        const key = block[index] ?? '';
        if (key >= to || found.push(key) === limit) return found;
      }
    }
    return found;
  }

  /** The last keys of the same range in descending order, at most `limit`. */
  last(from: StateKey, to: StateKey, limit: number): StateKey[] {
    const found: StateKey[] = [];
    for (let at = Math.min(this.#blockOf(to), this.#blocks.length - 1); at >= 0; at--) {
      const block = this.#blocks[at] ?? [];
      for (let index = firstFrom(block, to) - 1; index >= 0; index--) {
        const key = block[index] ?? '';
        if (key < from || found.push(key) === limit) return found;
      }
    }
    return found;
  }

  /** Index of the first block that has a key which is not below `key`. */
  #blockOf(key: StateKey): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#blocks[middle]?.at(-1) ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Index of the first key that is not below `key`. */
function firstFrom(keys: readonly StateKey[], key: StateKey): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
