import { chunkBegins, chunkCount, chunkId, isDirectory, lastChunkBefore } from '../encoding/chunk-directory.js';
import type { Codec } from '../encoding/codec.js';
import type { StateKey } from '../encoding/state-key.js';
import { CHUNK_START, entryEnd, timeAt, valueAt } from '../encoding/time-chunk.js';
import { type BucketRows, FIRST } from './bucket-rows.js';

/** An entry of a range. The range itself is this object, so each step changes it. */
export interface TimedEntry<V> {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Each read deserializes the value. */
  readonly value: V;
}

/**
 * Iterates once over the entries of a key in a range of time, in the order of their times. It reads a row when it
 * reaches it, and creates no object for an entry.
 */
export class TimeRange<V> implements IterableIterator<TimedEntry<V>>, TimedEntry<V> {
  readonly #rows: BucketRows;
  readonly #values: Codec<V>;
  readonly #key: StateKey;
  readonly #from: number;
  readonly #to: number;
  readonly #result: { done: boolean; value: TimedEntry<V> } = { done: false, value: this };
  /** Start of the next bucket. */
  #next: number;
  #bucket = 0;
  /** The directory of the bucket, if the bucket has several chunks; and the index of its next chunk. */
  #directory: Buffer | null = null;
  #index = 0;
  #chunk: Buffer | null = null;
  /** Where the next entry is in the chunk, and where the current entry is. */
  #offset = CHUNK_START;
  #entry = CHUNK_START;

  /** `from` is 0 or above. `from` and `to` are included. */
  constructor(rows: BucketRows, values: Codec<V>, key: StateKey, from: number, to: number) {
    this.#rows = rows;
    this.#values = values;
    this.#key = key;
    this.#from = from;
    this.#to = to;
    this.#next = rows.bucketOf(from);
  }

  [Symbol.iterator](): this {
    return this;
  }

  get time(): number {
    return this.#chunk === null ? Number.NaN : timeAt(this.#chunk, this.#entry);
  }

  get value(): V {
    if (this.#chunk === null) throw new Error('there is no entry');
    return this.#values.deserialize(valueAt(this.#chunk, this.#entry));
  }

  next(): IteratorResult<TimedEntry<V>, TimedEntry<V>> {
    this.#result.done = !this.#step();
    return this.#result;
  }

  #step(): boolean {
    for (;;) {
      const chunk = this.#chunk;
      while (chunk !== null && this.#offset < chunk.length) {
        const offset = this.#offset;
        const time = timeAt(chunk, offset);
        if (time > this.#to) return this.#end();
        this.#offset = entryEnd(chunk, offset);
        if (time < this.#from) continue;
        this.#entry = offset;
        return true;
      }
      if (!this.#readChunk()) return this.#end();
    }
  }

  /** Reads the next chunk of the range. Returns false if there is none. */
  #readChunk(): boolean {
    this.#offset = CHUNK_START;
    const directory = this.#directory;
    if (directory !== null && this.#index < chunkCount(directory)) {
      if (this.#index > 0 && chunkBegins(directory, this.#index) > this.#to) return false;
      this.#chunk = this.#rows.get(this.#bucket, this.#key, chunkId(directory, this.#index));
      this.#index++;
      return true;
    }
    if (this.#next > this.#to) return false;
    this.#bucket = this.#next;
    this.#next = this.#rows.after(this.#next);
    const first = this.#rows.get(this.#bucket, this.#key, FIRST);
    const isListed = first !== null && isDirectory(first);
    this.#directory = isListed ? first : null;
    this.#chunk = isListed ? null : first;
    if (isListed) this.#index = lastChunkBefore(first, this.#from);
    return true;
  }

  #end(): false {
    this.#chunk = null;
    this.#directory = null;
    this.#next = Number.POSITIVE_INFINITY;
    return false;
  }
}
