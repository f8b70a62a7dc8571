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
 * Iterates over the entries of a range in the order of their keys. A write in memory replaces the entry on disk. Both
 * are as of the creation of the scan. It must be closed.
 */
export class EntryScan {
  readonly #prefix: StateKey;
  readonly #stored: StateCursor;
  readonly #writes: readonly LayerEntry[];
  readonly #to: StateKey;
  /** Index of the next write. */
  #index: number;
  /** The next entry on disk, if it is read already. */
  #head: Entry | undefined;
  #storedEnded = false;
  /** Key of the last entry that `next` returned. */
  #last: StateKey | undefined;

  /** The keys of `stored` start with `prefix`. `writes` are sorted. */
  constructor(prefix: StateKey, stored: StateCursor, writes: readonly LayerEntry[], { from, to }: KeyRange) {
    this.#prefix = prefix;
    this.#stored = stored;
    this.#writes = writes;
    this.#to = to;
    this.#index = firstFrom(writes, from);
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
      const written = write !== undefined && write[0] < this.#to ? write : undefined;
      if (written === undefined || (stored !== undefined && stored[0] < written[0])) {
        this.#head = undefined;
        return stored;
      }
      this.#index++;
      if (stored?.[0] === written[0]) this.#head = undefined;
      if (written[1] !== null) return [written[0], written[1]];
    }
  }

  /** Skips the entries before `key`. It never goes back. */
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
