import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec, StateKey } from '../encoding/state-key.js';
import { timePrefix } from '../encoding/time-prefix.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from '../encoding/timestamped.js';
import { timestampedRow } from './queried-row.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, StoreShape, WindowLengths } from './store-kind.js';
import { WindowRows } from './window-rows.js';

export interface WindowEntry<K, V> extends ValueAndTimestamp<V> {
  readonly key: K;
  readonly windowStart: number;
}

/**
 * Values by window start and key, for windows within the retention. Key: window start (8 bytes), serialized key. Value:
 * a timestamp and the serialized value. Changelog: one record for each row, compacted, deleted after the retention.
 */
export class WindowKind implements KindOfStore {
  readonly kind = 'window';
  readonly changelog = rowRecords;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly #keptMs: number;

  /** `retentionMs`: at least size + grace, milliseconds. `emitsOnClose`: results are sent when their window closes. */
  constructor({ sizeMs, advanceMs, graceMs }: WindowLengths, retentionMs: number, emitsOnClose: boolean) {
    this.shape = Object.freeze({ kind: this.kind, sizeMs, advanceMs, graceMs });
    this.cleanup = Object.freeze({ policy: 'compact,delete', retentionMs });
    // As in Java, a window that closes when the next one begins is still in the store at that time.
    this.#keptMs = emitsOnClose ? retentionMs + 1 : retentionMs;
    this.query = Object.freeze<QueryShape>({
      kind: 'window',
      decode: timestampedRow,
      sizeMs,
      retention: { ms: this.#keptMs, observed: 'observedStart' },
    });
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): TimestampedWindowStore<K, V> {
    return new TimestampedWindowStore(bytes, keys, values, this.#keptMs);
  }
}

/** Values by window start and key (Java: `TimestampedWindowStore`). */
export class TimestampedWindowStore<K, V> extends WindowRows<K> {
  readonly #values: Codec<V>;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, retentionMs: number) {
    super(bytes, keys, retentionMs);
    this.#values = values;
  }

  fetch(key: K, windowStart: number): ValueAndTimestamp<V> | null {
    const bytes = this.fetchBytes(this.stateKeyOf(key, windowStart));
    return bytes === null ? null : decodeTimestamped(this.#values, bytes);
  }

  fetchBytes(key: StateKey): Buffer | null {
    return this.bytes.get(key);
  }

  /** True if the row is part of a committed transaction. */
  hasCommitted(row: StateKey): boolean {
    return this.bytes.getCommitted(row) !== null;
  }

  /**
   * A null `value` deletes the row. Returns the number of bytes of the encoded value, or 0 if the window is outside the
   * retention.
   */
  put(key: K, windowStart: number, value: V | null, timestamp: number): number {
    if (this.expired(windowStart)) return 0;
    const encoded = value === null ? null : encodeTimestamped(this.#values, value, timestamp);
    this.bytes.put(this.stateKeyOf(key, windowStart), encoded);
    return encoded?.length ?? 0;
  }

  decode(bytes: Buffer): ValueAndTimestamp<V> {
    return decodeTimestamped(this.#values, bytes);
  }

  /** All rows, in the order of the window starts, then of the serialized keys. */
  async all(fromStart = 0): Promise<WindowEntry<K, V>[]> {
    const entries = await this.bytes.entries({ from: timePrefix(fromStart), to: '\uffff' });
    return entries
      .map(([key, bytes]) => ({ ...this.keyOf(key), ...this.decode(bytes) }))
      .filter(({ windowStart }) => !this.expired(windowStart));
  }
}
