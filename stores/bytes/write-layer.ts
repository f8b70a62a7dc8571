import type { StateKey } from '../encoding/state-key.js';
import { ENTRY_OVERHEAD_BYTES } from './entry-overhead.js';
import type { LayerEntry } from './entry-scan.js';

/** A power of two. */
const FIRST_SLOTS = 16;
/**
 * A layer keeps its slots as long as it uses at least one in this number. New slots for each write to disk would be
 * garbage of several megabytes.
 */
const MAX_SLOTS_PER_ENTRY = 64;
/** `dropBelow` goes over all entries when at least one in this number is to be dropped. */
const DROPPED_SHARE = 4;

/**
 * Writes in memory by key, with a running estimate of their memory in bytes. A null value is a tombstone.
 *
 * Most keys that are looked up in the layers of a store are in none of them. A `Map` reads up to two of its own keys to
 * find that, and most of them are not in the processor's cache. Here the hashes lie beside each other, and a key is read
 * only if its hash is the same. The caller calculates the hash once for all layers (`hashOf`).
 */
export class WriteLayer {
  /** The entries in the order in which their keys were added. */
  readonly #keys: StateKey[] = [];
  readonly #hashes: number[] = [];
  readonly #values: (Buffer | null)[] = [];
  /** Two numbers for each slot: a hash, and one more than the index of its entry. 0: the slot is free. */
  #slots = newSlots(0);
  /** The number of entries, from the first one on, that `dropBelow` has found to be below its key. */
  #below = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** undefined if there is no write of this key. */
  get(key: StateKey, hash: number): Buffer | null | undefined {
    const entry = this.#slots[this.#slotOf(key, hash) + 1];
    return entry === undefined || entry === 0 ? undefined : this.#values[entry - 1];
  }

  set(key: StateKey, hash: number, value: Buffer | null): void {
    const slot = this.#slotOf(key, hash);
    const entry = this.#slots[slot + 1] ?? 0;
    this.#bytes += value === null ? 0 : value.length;
    if (entry !== 0) {
      this.#bytes -= this.#values[entry - 1]?.length ?? 0;
      this.#values[entry - 1] = value;
      return;
    }
    this.#bytes += ENTRY_OVERHEAD_BYTES + key.length;
    this.#keys.push(key);
    this.#hashes.push(hash);
    this.#values.push(value);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = this.#keys.length;
    // At most half of the slots are taken, so a search ends soon.
    if (4 * this.#keys.length <= this.#slots.length) return;
    this.#slots = newSlots(this.#keys.length);
    this.#fillSlots();
  }

  /** Makes all writes of `later` here. */
  setAll(later: WriteLayer): void {
    for (let index = 0; index < later.#keys.length; index++) {
      this.set(later.#keys[index] ?? '', later.#hashes[index] ?? 0, later.#values[index] ?? null);
    }
  }

  /**
   * Drops writes of keys below `key`. It looks for them in the order in which they were added, up to the first other
   * one, and drops none before they are a quarter of the layer. So the cost goes by the number that it drops. With a
   * later call `key` may be higher, not lower.
   */
  dropBelow(key: StateKey): void {
    const keys = this.#keys;
    while (this.#below < keys.length && (keys[this.#below] ?? '') < key) this.#below++;
    if (this.#below === 0 || DROPPED_SHARE * this.#below < keys.length) return;
    let kept = 0;
    for (let index = 0; index < keys.length; index++) {
      const candidate = keys[index] ?? '';
      const value = this.#values[index] ?? null;
      if (candidate < key) {
        this.#bytes -= ENTRY_OVERHEAD_BYTES + candidate.length + (value === null ? 0 : value.length);
        continue;
      }
      keys[kept] = candidate;
      this.#hashes[kept] = this.#hashes[index] ?? 0;
      this.#values[kept++] = value;
    }
    this.#truncate(kept);
    this.#emptySlots(kept);
    this.#fillSlots();
  }

  clear(): void {
    this.#emptySlots(this.#keys.length);
    this.#truncate(0);
    this.#bytes = 0;
  }

  /** `entries`: the number that the slots are for. */
  #emptySlots(entries: number): void {
    const slots = this.#slots.length / 2;
    if (slots <= FIRST_SLOTS || slots <= MAX_SLOTS_PER_ENTRY * entries) this.#slots.fill(0);
    else this.#slots = newSlots(entries);
  }

  #truncate(entries: number): void {
    this.#keys.length = entries;
    this.#hashes.length = entries;
    this.#values.length = entries;
    this.#below = 0;
  }

  keys(): Iterable<StateKey> {
    return this.#keys;
  }

  /** In the order in which the keys were added. */
  forEach(visit: (value: Buffer | null, key: StateKey, hash: number) => void): void {
    for (let index = 0; index < this.#keys.length; index++) {
      visit(this.#values[index] ?? null, this.#keys[index] ?? '', this.#hashes[index] ?? 0);
    }
  }

  *[Symbol.iterator](): Generator<LayerEntry> {
    for (const [index, key] of this.#keys.entries()) yield [key, this.#values[index] ?? null];
  }

  /** Index of the slot that has the key, or of the free one that it would take. */
  #slotOf(key: StateKey, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (;;) {
      const entry = slots[slot + 1] ?? 0;
      if (entry === 0 || (slots[slot] === hash && this.#keys[entry - 1] === key)) return slot;
      slot = (slot + 2) & mask;
    }
  }

  /** The slots are empty. */
  #fillSlots(): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let index = 0; index < this.#hashes.length; index++) {
      const hash = this.#hashes[index] ?? 0;
      let slot = (hash << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = hash;
      slots[slot + 1] = index + 1;
    }
  }
}

/** Twice as many as the entries or more. */
function newSlots(entries: number): Int32Array {
  let slots = FIRST_SLOTS;
  while (slots < 2 * entries) slots *= 2;
  return new Int32Array(2 * slots);
}
