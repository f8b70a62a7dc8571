import type { ByteStore } from '../bytes/byte-store.js';
import { keyBlocks } from '../encoding/changelog-codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { presentRow } from './queried-row.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, StoreShape, WindowLengths } from './store-kind.js';
import { WindowRows } from './window-rows.js';

/** The value of every row. */
const SEEN = Buffer.from([1]);

const SEEN_KEYS = keyBlocks(SEEN);

/**
 * The keys that were seen in each window. Key: window start (8 bytes), serialized key. Value: one byte.
 *
 * A row is written once and never deleted, so compaction would remove nothing. A record of the changelog has many keys.
 * The broker deletes it after the retention.
 */
export class DistinctKind implements KindOfStore {
  readonly kind = 'distinct';
  readonly changelog = SEEN_KEYS;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly #retentionMs: number;

  /** `retentionMs`: at least size + grace, milliseconds. */
  constructor({ sizeMs, advanceMs, graceMs }: WindowLengths, retentionMs: number) {
    this.shape = Object.freeze({ kind: this.kind, sizeMs, advanceMs, graceMs });
    this.cleanup = Object.freeze({ policy: 'delete', retentionMs });
    this.query = Object.freeze<QueryShape>({
      kind: 'window',
      decode: presentRow,
      sizeMs,
      retention: { ms: retentionMs, observed: 'observedStart' },
    });
    this.#retentionMs = retentionMs;
    Object.freeze(this);
  }

  open<K>(bytes: ByteStore, keys: KeyCodec<K>): DistinctStore<K> {
    return new DistinctStore(bytes, keys, this.#retentionMs);
  }
}

/** The keys of the windows that are within the retention. */
export class DistinctStore<K> extends WindowRows<K> {
  /** Adds a key to a window that is within the retention. Returns false if the window has the key already. */
  add(key: K, windowStart: number): boolean {
    return this.bytes.putIfAbsent(this.stateKeyOf(key, windowStart), SEEN);
  }
}
