import type { StateKey } from '../encoding/state-key.js';
import type { Entry } from './entry-scan.js';
import type { KeyRange } from './key-range.js';
import type { StateCursor } from './state-database.js';

/** Number of keys in memory that a scan looks up at a time. */
const KEYS_AT_A_TIME = 64;

/** The writes in memory, as a scan reads them. */
export interface ScannedWrites {
  /** The next keys of the range that may have a write, in the direction of the scan, at most `limit`. */
  keys(range: KeyRange, reverse: boolean, limit: number): readonly StateKey[];
  /** The write of a key. undefined if there is none. */
  get(key: StateKey): Buffer | null | undefined;
}

/**
 * Iterates over the entries of a range in the order of their keys, or the reverse. A write in memory replaces the entry
 * on disk. Both are as of the creation of the scan: `keep` must be called before each later write. It must be closed.
 */
export class RangeScan {
  readonly #writes: ScannedWrites;
  readonly #range: KeyRange;
  readonly #reverse: boolean;
  readonly #prefix: StateKey;
  /** undefined if there is nothing on disk. */
  readonly #stored: StateCursor | undefined;
  /** The writes of keys that have been written since. */
  readonly #kept = new Map<StateKey, Buffer | null | undefined>();
  /** The next keys in memory, and the index of the first of them. */
  #keys: readonly StateKey[] = [];
  #index = 0;
  /** The part of the range after these keys. undefined if there is none. */
  #rest: KeyRange | undefined;
  /** The next entry on disk, if it is read already. */
  #head: Entry | undefined;
  #storedEnded: boolean;
  /** An entry was read from disk. */
  #hasRead = false;
  /** Key of the last entry that `next` returned. */
  #last: StateKey | undefined;
  #aborted = false;

  /** The keys of `stored` start with `prefix`. It has the direction of the scan. */
  constructor(
    writes: ScannedWrites,
    { range, reverse }: { readonly range: KeyRange; readonly reverse: boolean },
    prefix: StateKey,
    stored: StateCursor | undefined,
  ) {
    this.#writes = writes;
    this.#range = range;
    this.#rest = range;
    this.#reverse = reverse;
    this.#prefix = prefix;
    this.#stored = stored;
    this.#storedEnded = stored === undefined;
  }

  /** undefined if there are no more entries. Rejects after `abort`. */
  async next(): Promise<Entry | undefined> {
    for (;;) {
      if (this.#head === undefined && !this.#storedEnded) await this.#readHead();
      if (this.#aborted)
        throw new Error('this scan has ended: its transaction was aborted, or nobody had read it to its end');
      const stored = this.#head;
      const key = this.#nextKey();
      if (key === undefined || (stored !== undefined && this.#isBefore(stored[0], key))) {
        this.#head = undefined;
        this.#last = stored?.[0];
        return stored;
      }
      this.#index++;
      const value = this.#kept.has(key) ? this.#kept.get(key) : this.#writes.get(key);
      if (value === undefined) continue;
      if (stored?.[0] === key) this.#head = undefined;
      if (value === null) continue;
      this.#last = key;
      return [key, value];
    }
  }

  /** Keeps the write that `key` had when the scan was created. */
  keep(key: StateKey, write: Buffer | null | undefined): void {
    if (key < this.#range.from || key >= this.#range.to || this.#kept.has(key)) return;
    if (this.#last !== undefined && !this.#isBefore(this.#last, key)) return;
    this.#kept.set(key, write);
  }

  /** After this call `next` rejects. */
  abort(): void {
    this.#aborted = true;
    // A reader that goes on closes the scan too, and gets the error.
    this.close().catch(() => undefined);
  }

  /** Rejects if the disk was found damaged among the entries that were read. */
  async close(): Promise<void> {
    try {
      if (this.#hasRead && !this.#storedEnded && !this.#aborted) await this.#stored?.skipRest();
    } finally {
      await this.#stored?.close();
    }
  }

  #isBefore(a: StateKey, b: StateKey): boolean {
    return this.#reverse ? a > b : a < b;
  }

  #nextKey(): StateKey | undefined {
    const rest = this.#rest;
    if (this.#index === this.#keys.length && rest !== undefined) {
      this.#keys = this.#writes.keys(rest, this.#reverse, KEYS_AT_A_TIME);
      this.#index = 0;
      const last = this.#keys.length < KEYS_AT_A_TIME ? undefined : this.#keys.at(-1);
      if (last === undefined) this.#rest = undefined;
      else this.#rest = this.#reverse ? { from: rest.from, to: last } : { from: `${last}\0`, to: rest.to };
    }
    return this.#keys[this.#index];
  }

  async #readHead(): Promise<void> {
    if (this.#aborted) return;
    const read = await this.#stored?.next();
    if (read === undefined) {
      this.#storedEnded = true;
      return;
    }
    this.#hasRead = true;
    this.#head = [read[0].slice(this.#prefix.length), read[1]];
  }
}
