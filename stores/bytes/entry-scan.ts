import type { StateKey } from '../encoding/state-key.js';
import type { KeyRange } from './key-range.js';
import type { StateCursor } from './state-database.js';

export type Entry = [StateKey, Buffer];

/** A write of a layer in memory. A null value is a tombstone. */
export type LayerEntry = readonly [StateKey, Buffer | null];

/**
 * The writes of several layers, in the order of their keys. A write of a later layer replaces a write of an earlier
 * one.
 */
export function sortedWrites(layers: readonly Iterable<LayerEntry>[]): readonly LayerEntry[] {
  const writes = new Map<StateKey, Buffer | null>();
  for (const layer of layers) for (const [key, value] of layer) writes.set(key, value);
  return [...writes].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Iterates over the entries of a range in the order of their keys, or the reverse. A write in memory replaces the entry on disk. Both
 * are as of the creation of the scan. It must be closed.
 */
export class EntryScan {
  readonly #prefix: StateKey;
  readonly #stored: StateCursor;
  readonly #writes: readonly LayerEntry[];
  readonly #range: KeyRange;
  readonly #reverse: boolean;
  /** Index of the next write. */
  #index: number;
  /** The next entry on disk, if it is read already. */
  #head: Entry | undefined;
  #storedEnded = false;
  /** Key of the last entry that `next` returned. */
  #last: StateKey | undefined;

  /** The keys of `stored` start with `prefix`. It has the direction of the scan. `writes` are sorted by key. */
  constructor(prefix: StateKey, stored: StateCursor, writes: readonly LayerEntry[], range: KeyRange, reverse: boolean) {
    this.#prefix = prefix;
    this.#stored = stored;
    this.#writes = writes;
    this.#range = range;
    this.#reverse = reverse;
    this.#index = reverse ? firstFrom(writes, range.to) - 1 : firstFrom(writes, range.from);
  }

  /** undefined if there are no more entries. */
  async next(): Promise<Entry | undefined> {
    const entry = await this.#next();
    this.#last = entry?.[0];
    return entry;
  }

  async #next(): Promise<Entry | undefined> {
    for (;;) {
      if (this.#head === undefined && !this.#storedEnded) await this.#readHead();
      const stored = this.#head;
      const write = this.#writes[this.#index];
      const written = write !== undefined && this.#isInRange(write[0]) ? write : undefined;
      if (written === undefined || (stored !== undefined && this.#isBefore(stored[0], written[0]))) {
        this.#head = undefined;
        return stored;
      }
      this.#index += this.#reverse ? -1 : 1;
      if (stored?.[0] === written[0]) this.#head = undefined;
      if (written[1] !== null) return [written[0], written[1]];
    }
  }

  /** Skips the entries before `key`. It never goes back. The order must not be the reverse. */
  seek(key: StateKey): void {
    if (this.#last !== undefined && key <= this.#last) return;
    this.#index = Math.max(this.#index, firstFrom(this.#writes, key));
    if (this.#storedEnded || (this.#head !== undefined && this.#head[0] >= key)) return;
    this.#head = undefined;
    this.#stored.seek(this.#prefix + key);
  }

  async close(): Promise<void> {
    await this.#stored.close();
  }

  #isInRange(key: StateKey): boolean {
    return this.#reverse ? key >= this.#range.from : key < this.#range.to;
  }

  #isBefore(a: StateKey, b: StateKey): boolean {
    return this.#reverse ? a > b : a < b;
  }

  async #readHead(): Promise<void> {
    const read = await this.#stored.next();
    if (read === undefined) this.#storedEnded = true;
    else this.#head = [read[0].slice(this.#prefix.length), read[1]];
  }
}

/** Index of the first write whose key is not below `key`. */
function firstFrom(writes: readonly LayerEntry[], key: StateKey): number {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((writes[middle]?.[0] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
