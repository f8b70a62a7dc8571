import type { ByteStore } from '../bytes/byte-store.js';
import { type ChangelogCodec, rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { firstRowBlocks } from '../encoding/row-block.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { hasOneEntry } from '../encoding/time-chunk.js';
import { type ChangelogCleanup, COMPACTED, type KindOfStore, NOT_QUERIED, type StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';

const ROWS_OF_ADDED_ENTRIES = firstRowBlocks(hasOneEntry);

/**
 * Entries by key and time, for joins and for earlier versions of rows. A fetch by key and range of time reads single rows
 * only, so it is synchronous. Key: start of the bucket (8 bytes), serialized key, number of the chunk (4 bytes). Value:
 * a chunk of entries in the order of their times. If one chunk is not enough, chunk 0 is the directory of the others.
 * Changelog: one record for each row, compacted, deleted after the retention. If entries are only added, rows with one
 * entry are packed into blocks.
 */
export class TimeBucketsKind implements KindOfStore {
  readonly kind = 'timeBuckets';
  readonly changelog: ChangelogCodec;
  readonly query = NOT_QUERIED;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  /** How long an entry is needed, in milliseconds. */
  readonly retentionMs: number;
  /** The range of time of a bucket, in milliseconds. */
  readonly bucketMs: number;

  /**
   * `bucketMs`: the range of time that one fetch of the operator covers, in milliseconds. So a fetch reads two or three
   * buckets. `retentionMs`: how long an entry is needed, in milliseconds. Without `deletesExpired` an
   * entry is needed until it is deleted. With `onlyAdded` entries are never deleted, they only expire.
   */
  constructor(bucketMs: number, retentionMs: number, { deletesExpired = true, onlyAdded = false } = {}) {
    if (!(Number.isSafeInteger(bucketMs) && bucketMs > 0)) throw new TypeError(`bucketMs: ${bucketMs} is not valid`);
    this.shape = Object.freeze({ kind: this.kind, sizeMs: bucketMs });
    // A directory is written before the last entries of its bucket, and is needed as long as these entries.
    this.cleanup = deletesExpired
      ? Object.freeze({ policy: 'compact,delete', retentionMs: retentionMs + bucketMs })
      : COMPACTED;
    this.changelog = onlyAdded ? ROWS_OF_ADDED_ENTRIES : rowRecords;
    this.bucketMs = bucketMs;
    this.retentionMs = retentionMs;
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): TimeBucketsStore<K, V> {
    return new TimeBucketsStore(bytes, keys, values, this.bucketMs);
  }
}
