import type { ByteStore } from '../bytes/byte-store.js';
import { chunkId, isDirectory, lastChunkAt, lastChunkBefore } from '../encoding/chunk-directory.js';
import type { Codec } from '../encoding/codec.js';
import type { StateKey } from '../encoding/state-key.js';
import { BucketRows, FIRST } from './bucket-rows.js';
import { type ChunkEntry, chunkEntries, type TimeSpan } from './chunk-entries.js';

/** A key in a bucket. */
export interface BucketPlace {
  readonly bucket: number;
  readonly key: StateKey;
}

const AS_BYTES: Codec<Buffer> = { serialize: bytes => bytes, deserialize: bytes => bytes };

/**
 * The entries of time buckets as of the last commit, for queries. They have the bytes of the values. An iteration must
 * end before the event loop goes on, because a commit may change the chunks.
 */
export class CommittedBuckets {
  readonly rows: BucketRows;
  readonly #bytes: ByteStore;

  constructor(bytes: ByteStore, bucketMs: number) {
    this.rows = new BucketRows(bytes, bucketMs);
    this.#bytes = bytes;
  }

  /**
   * The entries of a key in a span, both ends included, in the order of their times, or the reverse. It reads a row for
   * each bucket of the span.
   */
  *ofKey(key: StateKey, span: TimeSpan, reverse: boolean): Generator<ChunkEntry<Buffer>> {
    const buckets: number[] = [];
    for (let bucket = this.rows.bucketOf(span.from); bucket <= span.to; bucket = this.rows.after(bucket)) {
      buckets.push(bucket);
    }
    for (const bucket of reverse ? buckets.reverse() : buckets) {
      const first = this.#row({ bucket, key }, FIRST);
      if (first !== null) yield* this.inBucket({ bucket, key }, first, span, reverse);
    }
  }

  /**
   * The entries of a key in a bucket. `first`: the first row of the key, which may be of a commit before. If it is a
   * directory, it is read again with its chunks.
   */
  *inBucket(place: BucketPlace, first: Buffer, span: TimeSpan, reverse: boolean): Generator<ChunkEntry<Buffer>> {
    const row = isDirectory(first) ? this.#row(place, FIRST) : first;
    if (row === null) return;
    if (!isDirectory(row)) {
      yield* chunkEntries([row], AS_BYTES, span, reverse);
      return;
    }
    const low = lastChunkBefore(row, span.from);
    const high = lastChunkAt(row, span.to);
    for (let n = 0; n <= high - low; n++) {
      const chunk = this.#row(place, chunkId(row, reverse ? high - n : low + n));
      if (chunk !== null) yield* chunkEntries([chunk], AS_BYTES, span, reverse);
    }
  }

  #row({ bucket, key }: BucketPlace, id: number): Buffer | null {
    return this.#bytes.getCommitted(this.rows.rowOf(bucket, key, id));
  }
}
