import type { ByteStore } from '../bytes/byte-store.js';
import {
  chunkCount,
  chunkId,
  isDirectory,
  type ListedChunk,
  lastChunkAt,
  lastChunkBefore,
  newDirectory,
  unusedId,
  withChunks,
} from '../encoding/chunk-directory.js';
import type { Codec } from '../encoding/codec.js';
import { type KeyCodec, keyToStateKey, type StateKey, stateKeyBytes } from '../encoding/state-key.js';
import {
  type ChunkPart,
  newChunk,
  partsWithEntry,
  withEntry,
  withMovedEntry,
  withoutEntries,
} from '../encoding/time-chunk.js';
import { BucketRows, FIRST, type KeyBounds } from './bucket-rows.js';
import { keysInBuckets } from './bucket-scan.js';
import { type ChunkEntry, chunkEntries, type TimeSpan } from './chunk-entries.js';
import { TimeRange } from './time-range.js';

/** Entries by key and time. Entries with the same key and time keep their order of arrival. */
export class TimeBucketsStore<K, V> {
  readonly #rows: BucketRows;
  readonly #keys: KeyCodec<K>;
  readonly #values: Codec<V>;
  #expiredBelow = 0;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, bucketMs: number) {
    this.#rows = new BucketRows(bytes, bucketMs);
    this.#keys = keys;
    this.#values = values;
  }

  /**
   * Entries before this time have expired. 0 at first. The changelog does not have this time, so the operator saves it.
   */
  get expiredBelow(): number {
    return this.#expiredBelow;
  }

  /**
   * Lets the entries before `time` expire. No fetch returns them after that. They are removed from disk when their
   * whole bucket has expired.
   */
  expireBelow(time: number): void {
    if (time <= this.#expiredBelow) return;
    this.#expiredBelow = time;
    this.#rows.expireBelow(this.#rows.bucketOf(time));
  }

  /**
   * Adds an entry after the entries with the same key and time. If `time` has expired, the entry is dropped. Throws an
   * EntryTooLargeError and changes nothing if the entry is too large for the changelog.
   */
  put(key: K, time: number, value: V): void {
    if (time < this.#expiredBelow) return;
    const bytes = this.#values.serialize(value);
    const row = keyToStateKey(this.#keys, key);
    const bucket = this.#rows.bucketOf(time);
    const first = this.#rows.get(bucket, row, FIRST);
    if (first !== null && isDirectory(first)) {
      this.#putListed(bucket, row, first, time, bytes);
      return;
    }
    const chunk = first === null ? newChunk(time, bytes) : withEntry(first, time, bytes);
    if (first === null || chunk !== null) {
      this.#rows.put(bucket, row, FIRST, chunk);
      return;
    }
    const listed = this.#putParts(bucket, row, partsWithEntry(first, time, bytes), FIRST + 1);
    this.#rows.put(bucket, row, FIRST, newDirectory(listed));
  }

  #putListed(bucket: number, row: StateKey, directory: Buffer, time: number, bytes: Buffer): void {
    const index = lastChunkAt(directory, time);
    const id = chunkId(directory, index);
    const before = this.#rows.get(bucket, row, id);
    // Retention may have removed the chunk from the changelog.
    const chunk = before === null ? newChunk(time, bytes) : withEntry(before, time, bytes);
    if (before === null || chunk !== null) {
      this.#rows.put(bucket, row, id, chunk);
      return;
    }
    // One part stays in the row of the chunk and makes it smaller. So this write can't be refused, and comes last.
    const parts = partsWithEntry(before, time, bytes);
    const stays = parts.findIndex(({ hasNew }) => !hasNew);
    const listed = this.#putParts(
      bucket,
      row,
      parts.filter((_, n) => n !== stays),
      unusedId(directory),
    );
    const kept = parts[stays];
    if (kept !== undefined) listed.splice(stays, 0, { begins: kept.firstTime, id });
    this.#rows.put(bucket, row, FIRST, withChunks(directory, index, listed));
    if (kept !== undefined && kept.chunk !== before) this.#rows.put(bucket, row, id, kept.chunk);
  }

  /**
   * Writes parts of a chunk to rows that no directory lists yet. The part with the new entry comes first, because it
   * may be refused.
   */
  #putParts(bucket: number, row: StateKey, parts: readonly ChunkPart[], firstId: number): ListedChunk[] {
    for (const isNew of [true, false]) {
      for (const [index, { chunk, hasNew }] of parts.entries()) {
        if (hasNew === isNew) this.#rows.put(bucket, row, firstId + index, chunk);
      }
    }
    return parts.map(({ firstTime }, index) => ({ begins: firstTime, id: firstId + index }));
  }

  /**
   * The entries of a key from `from` to `to`, both included, in the order of their times. It reads one row for each
   * bucket of the range, or one row for each chunk if a bucket has several. Until the iteration has ended, entries of
   * the key may be deleted, but none may be put.
   */
  fetch(key: K, from: number, to: number): TimeRange<V> {
    return this.#range(keyToStateKey(this.#keys, key), from, to);
  }

  #range(row: StateKey, from: number, to: number): TimeRange<V> {
    return new TimeRange(this.#rows, this.#values, row, Math.max(from, this.#expiredBelow), to);
  }

  /** Deletes the entries of a key at `time`. With `matches`: only those whose value matches. */
  delete(key: K, time: number, matches?: (value: V) => boolean): void {
    if (time < this.#expiredBelow) return;
    const row = keyToStateKey(this.#keys, key);
    const bucket = this.#rows.bucketOf(time);
    const first = this.#rows.get(bucket, row, FIRST);
    if (first === null) return;
    const matching = (bytes: Buffer): boolean => matches === undefined || matches(this.#values.deserialize(bytes));
    if (!isDirectory(first)) {
      const left = withoutEntries(first, time, matching);
      if (left !== first) this.#rows.put(bucket, row, FIRST, left);
      return;
    }
    let directory = first;
    // From the last chunk to the first, so that the indexes of the chunks that remain to be visited do not change.
    for (let index = lastChunkAt(first, time); index >= lastChunkBefore(first, time); index--) {
      const id = chunkId(first, index);
      const chunk = this.#rows.get(bucket, row, id);
      const left = chunk === null ? null : withoutEntries(chunk, time, matching);
      if (left === chunk) continue;
      this.#rows.put(bucket, row, id, left);
      if (left === null) directory = withChunks(directory, index, []);
    }
    if (directory !== first) this.#rows.put(bucket, row, FIRST, chunkCount(directory) === 0 ? null : directory);
  }

  /**
   * Puts an entry in the place of those at its time, and of those at the time `before`. If both times are in one bucket
   * that has one chunk, it reads and writes one row.
   */
  move(key: K, before: number, time: number, value: V): void {
    const bucket = this.#rows.bucketOf(time);
    if (before >= this.#expiredBelow && time >= this.#expiredBelow && this.#rows.bucketOf(before) === bucket) {
      const row = keyToStateKey(this.#keys, key);
      const first = this.#rows.get(bucket, row, FIRST);
      if (first !== null && !isDirectory(first)) {
        const chunk = withMovedEntry(first, before, time, this.#values.serialize(value));
        if (chunk !== null) {
          this.#rows.put(bucket, row, FIRST, chunk);
          return;
        }
      }
    }
    this.delete(key, before);
    if (before !== time) this.delete(key, time);
    this.put(key, time, value);
  }

  /**
   * Puts an entry in the place of those at its time. With `matches`: only of those whose value matches. If it is refused
   * (EntryTooLargeError), the store is as before.
   */
  replace(key: K, time: number, value: V, matches?: (value: V) => boolean): void {
    const before: V[] = [];
    for (const entry of this.entries(key, { from: time, to: time })) {
      if (matches === undefined || matches(entry.value)) before.push(entry.value);
    }
    if (before.length > 0) this.delete(key, time, matches);
    try {
      this.put(key, time, value);
    } catch (error) {
      for (const previous of before) this.put(key, time, previous);
      throw error;
    }
  }

  /**
   * The entries of a key in a span, in the order of their times, or the reverse, as of this call: later writes do not
   * show. It reads all rows of the span.
   */
  entries(key: K, span: TimeSpan, { reverse = false } = {}): Generator<ChunkEntry<V>> {
    const row = keyToStateKey(this.#keys, key);
    const live = this.#live(span);
    const chunks: Buffer[] = [];
    for (let bucket = this.#rows.bucketOf(live.from); bucket <= live.to; bucket = this.#rows.after(bucket)) {
      const first = this.#rows.get(bucket, row, FIRST);
      if (first === null) continue;
      if (!isDirectory(first)) {
        chunks.push(first);
        continue;
      }
      for (let index = lastChunkBefore(first, live.from); index <= lastChunkAt(first, live.to); index++) {
        const chunk = this.#rows.get(bucket, row, chunkId(first, index));
        if (chunk !== null) chunks.push(chunk);
      }
    }
    return chunkEntries(chunks, this.#values, live, reverse);
  }

  /**
   * The entries of the keys from `keyFrom` to `keyTo` in a span, both included, as of the first step: in the order of
   * the buckets, then of the serialized keys, then of the times, or the reverse. null: no bound.
   */
  async *scan(
    { keyFrom, keyTo }: KeyBounds<K>,
    span: TimeSpan,
    { reverse = false } = {},
  ): AsyncGenerator<ChunkEntry<V> & { readonly key: K }> {
    const live = this.#live(span);
    if (live.to < live.from) return;
    const first = keyFrom === null ? null : keyToStateKey(this.#keys, keyFrom);
    const last = keyTo === null ? null : keyToStateKey(this.#keys, keyTo);
    const scan = this.#rows.scan(live, { keyFrom: first, keyTo: last }, reverse);
    for await (const { key: row, chunks } of keysInBuckets(scan, this.#rows, reverse)) {
      if ((first !== null && row < first) || (last !== null && row > last)) continue;
      const key = this.#keys.deserialize(stateKeyBytes(row));
      for (const { time, value } of chunkEntries(chunks, this.#values, live, reverse)) yield { key, time, value };
    }
  }

  #live({ from, to }: TimeSpan): TimeSpan {
    return { from: Math.max(from, this.#expiredBelow), to: Math.min(to, Number.MAX_SAFE_INTEGER) };
  }

  /** All entries, in the order of the buckets, then of the serialized keys, then of the times. */
  async all(): Promise<{ readonly key: K; readonly time: number; readonly value: V }[]> {
    const all: { readonly key: K; readonly time: number; readonly value: V }[] = [];
    for (const { bucket, key: row } of await this.#rows.places()) {
      const key = this.#keys.deserialize(stateKeyBytes(row));
      for (const { time, value } of this.#range(row, bucket, this.#rows.after(bucket) - 1))
        all.push({ key, time, value });
    }
    return all;
  }
}
