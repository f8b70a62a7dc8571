import type { ByteStore } from '../bytes/byte-store.js';
import { type StateKey, stateKey } from '../encoding/state-key.js';
import { TIME_BYTES, timeOf, timePrefix } from '../encoding/time-prefix.js';

/** Bytes of the number of a chunk. The number is the end of a state key. */
const ID_BYTES = 4;

/** The number of the first row of a key in a bucket. A key with entries in a bucket always has this row there. */
export const FIRST = 0;

const FIRST_KEY = idKey(FIRST);

/** Rows by time bucket, key and number. The bucket is the first part of the key, so that rows expire as a range. */
export class BucketRows {
  readonly #bytes: ByteStore;
  readonly #bucketMs: number;
  #prefixBucket = Number.NaN;
  #prefix: StateKey = '';

  constructor(bytes: ByteStore, bucketMs: number) {
    this.#bytes = bytes;
    this.#bucketMs = bucketMs;
  }

  /** The start of the bucket that holds `time`. */
  bucketOf(time: number): number {
    return time - (time % this.#bucketMs);
  }

  /** The start of the next bucket. */
  after(bucket: number): number {
    return bucket + this.#bucketMs;
  }

  get(bucket: number, key: StateKey, id: number): Buffer | null {
    return this.#bytes.get(this.#row(bucket, key, id));
  }

  /** A null value deletes the row. */
  put(bucket: number, key: StateKey, id: number, value: Buffer | null): void {
    this.#bytes.put(this.#row(bucket, key, id), value);
  }

  expireBelow(bucket: number): void {
    this.#bytes.expireBelow(timePrefix(bucket));
  }

  /** The buckets and keys that have entries, in the order of the buckets, then of the keys. */
  async places(): Promise<readonly { readonly bucket: number; readonly key: StateKey }[]> {
    const rows = await this.#bytes.entries();
    return rows
      .filter(([row]) => row.endsWith(FIRST_KEY))
      .map(([row]) => ({ bucket: timeOf(row), key: row.slice(TIME_BYTES, -ID_BYTES) }));
  }

  #row(bucket: number, key: StateKey, id: number): StateKey {
    if (bucket !== this.#prefixBucket) {
      this.#prefix = timePrefix(bucket);
      this.#prefixBucket = bucket;
    }
    return this.#prefix + key + (id === FIRST ? FIRST_KEY : idKey(id));
  }
}

function idKey(id: number): StateKey {
  const bytes = Buffer.allocUnsafe(ID_BYTES);
  bytes.writeUInt32BE(id, 0);
  return stateKey(bytes);
}
