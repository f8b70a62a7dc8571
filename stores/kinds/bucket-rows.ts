import type { ByteStore } from '../bytes/byte-store.js';
import type { Entry } from '../bytes/entry-scan.js';
import type { KeyRange } from '../bytes/key-range.js';
import { type StateKey, stateKey, stateKeyBytes } from '../encoding/state-key.js';
import { TIME_BYTES, timeOf, timePrefix } from '../encoding/time-prefix.js';
import type { TimeSpan } from './chunk-entries.js';

/** Bytes of the number of a chunk. The number is the end of a state key. */
const ID_BYTES = 4;
const LAST_ID = 0xffff_ffff;

/** The number of the first row of a key in a bucket. A key with entries in a bucket always has this row there. */
export const FIRST = 0;

/** The end of the state key of the first row. */
export const FIRST_KEY = idKey(FIRST);

/** Both are included. null: no bound. */
export interface KeyBounds<K> {
  readonly keyFrom: K | null;
  readonly keyTo: K | null;
}

/** Rows by time bucket, key and number. The bucket is the first part of the key, so that rows expire as a range. */
export class BucketRows {
  readonly #bytes: ByteStore;
  readonly #bucketMs: number;
  /** The prefixes of an even and of an odd bucket: a fetch mostly reads two that follow each other. */
  readonly #prefixes: [StateKey, StateKey] = ['', ''];
  readonly #prefixBuckets: [number, number] = [Number.NaN, Number.NaN];
  #expiredBelow = Number.NaN;

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
    return this.#bytes.get(this.rowOf(bucket, key, id));
  }

  /** A null value deletes the row. */
  put(bucket: number, key: StateKey, id: number, value: Buffer | null): void {
    this.#bytes.put(this.rowOf(bucket, key, id), value);
  }

  expireBelow(bucket: number): void {
    // Time advances with most records, the bucket seldom.
    if (bucket === this.#expiredBelow) return;
    this.#expiredBelow = bucket;
    this.#bytes.expireBelow(timePrefix(bucket));
  }

  /** The buckets and keys that have entries, in the order of the buckets, then of the keys. */
  async places(): Promise<readonly { readonly bucket: number; readonly key: StateKey }[]> {
    const rows = await this.#bytes.entries();
    return rows
      .filter(([row]) => row.endsWith(FIRST_KEY))
      .map(([row]) => ({ bucket: timeOf(row), key: row.slice(TIME_BYTES, -ID_BYTES) }));
  }

  /** The bucket, the key and the number of a row. */
  placeOf(row: StateKey): { readonly bucket: number; readonly key: StateKey; readonly id: number } {
    return {
      bucket: timeOf(row),
      key: row.slice(TIME_BYTES, -ID_BYTES),
      id: stateKeyBytes(row.slice(-ID_BYTES)).readUInt32BE(0),
    };
  }

  /**
   * The rows of the keys from `keyFrom` to `keyTo`, both included, in the buckets of a span, in their order or the
   * reverse, as of the first step. null: no bound. It may have rows of other keys too, because the number of a chunk is
   * a part of the state key.
   */
  scan(span: TimeSpan, { keyFrom, keyTo }: KeyBounds<StateKey>, reverse: boolean): AsyncGenerator<Entry> {
    const ranges = this.#ranges(span, { keyFrom, keyTo });
    return this.#bytes.scan(reverse ? ranges.reverse() : ranges, { reverse });
  }

  #ranges({ from, to }: TimeSpan, { keyFrom, keyTo }: KeyBounds<StateKey>): KeyRange[] {
    const [first, last] = [this.bucketOf(from), this.bucketOf(to)];
    if (keyFrom === null && keyTo === null) return [{ from: timePrefix(first), to: timePrefix(this.after(last)) }];
    const ranges: KeyRange[] = [];
    for (let bucket = first; bucket <= last; bucket = this.after(bucket)) {
      ranges.push({
        from: timePrefix(bucket) + (keyFrom ?? ''),
        to: keyTo === null ? timePrefix(this.after(bucket)) : `${this.rowOf(bucket, keyTo, LAST_ID)}\0`,
      });
    }
    return ranges;
  }

  /** The state key of a row. */
  rowOf(bucket: number, key: StateKey, id: number): StateKey {
    return this.#prefixOf(bucket) + key + (id === FIRST ? FIRST_KEY : idKey(id));
  }

  #prefixOf(bucket: number): StateKey {
    const slot = (bucket / this.#bucketMs) % 2 === 0 ? 0 : 1;
    if (this.#prefixBuckets[slot] !== bucket) {
      this.#prefixes[slot] = timePrefix(bucket);
      this.#prefixBuckets[slot] = bucket;
    }
    return this.#prefixes[slot];
  }
}

function idKey(id: number): StateKey {
  const bytes = Buffer.allocUnsafe(ID_BYTES);
  bytes.writeUInt32BE(id, 0);
  return stateKey(bytes);
}
