import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import { timestampedCodec, type ValueAndTimestamp } from '../encoding/timestamped.js';
import { timestampedRow } from './queried-row.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';
import type { WindowEntry } from './window.js';

/**
 * Values by key and window start, for windows that may start at any time. They lie in time buckets, so that the windows
 * near a timestamp are found at once. Changelog: one record for each row of the buckets, compacted, deleted after the
 * retention.
 */
export class SlidingWindowKind implements KindOfStore {
  readonly kind = 'slidingWindow';
  readonly changelog = rowRecords;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly #bucketMs: number;
  readonly #retentionMs: number;

  /** Milliseconds. `retentionMs`: at least twice the difference, and the grace. */
  constructor(lengths: { readonly timeDifferenceMs: number; readonly graceMs: number }, retentionMs: number) {
    const { timeDifferenceMs, graceMs } = lengths;
    this.#bucketMs = Math.max(1, 2 * timeDifferenceMs + graceMs);
    this.#retentionMs = retentionMs;
    this.shape = Object.freeze({ kind: this.kind, sizeMs: timeDifferenceMs, graceMs });
    this.cleanup = Object.freeze({ policy: 'compact,delete', retentionMs: retentionMs + this.#bucketMs });
    this.query = Object.freeze<QueryShape>({
      kind: 'window',
      decode: timestampedRow,
      sizeMs: timeDifferenceMs,
      retention: { ms: retentionMs, observed: 'observedStart' },
      bucketMs: this.#bucketMs,
    });
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): SlidingWindowStore<K, V> {
    return new SlidingWindowStore(bytes, keys, values, this.#bucketMs, this.#retentionMs);
  }
}

/** Values by key and window start (Java: a `TimestampedWindowStore` of sliding windows). */
export class SlidingWindowStore<K, V> {
  readonly #buckets: TimeBucketsStore<K, ValueAndTimestamp<V>>;
  readonly #retentionMs: number;
  #observedStart = -1;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, bucketMs: number, retentionMs: number) {
    this.#buckets = new TimeBucketsStore(bytes, keys, timestampedCodec(values), bucketMs);
    this.#retentionMs = retentionMs;
  }

  /** The highest start that was observed, -1 at first. Retention counts from it. */
  get observedStart(): number {
    return this.#observedStart;
  }

  /** Lets all windows expire that start at `start` less the retention or earlier. */
  observe(start: number): void {
    if (start <= this.#observedStart) return;
    this.#observedStart = start;
    this.#buckets.expireBelow(start - this.#retentionMs + 1);
  }

  /** The starts of the windows of a key from `from` to `to`, both included, in their order. */
  starts(key: K, from: number, to: number): number[] {
    const starts: number[] = [];
    for (const { time } of this.#buckets.fetch(key, Math.max(0, from), to)) starts.push(time);
    return starts;
  }

  /** A new copy of the value at each call. */
  get(key: K, start: number): ValueAndTimestamp<V> | null {
    for (const { value } of this.#buckets.fetch(key, start, start)) return value;
    return null;
  }

  /** A null `value` deletes the window. */
  put(key: K, start: number, value: V | null, timestamp: number): void {
    this.#buckets.delete(key, start);
    if (value !== null) this.#buckets.put(key, start, { value, timestamp });
  }

  /** All windows, in the order of the buckets, then of the serialized keys, then of the starts. */
  async all(): Promise<WindowEntry<K, V>[]> {
    const entries = await this.#buckets.all();
    return entries.map(({ key, time, value }) => ({ key, windowStart: time, ...value }));
  }
}
