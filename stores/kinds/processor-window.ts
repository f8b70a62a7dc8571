import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import type { KeyBounds } from './bucket-rows.js';
import type { TimeSpan } from './chunk-entries.js';
import { ProcessorSegments } from './processor-segments.js';
import { rowDecoders } from './queried-row.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, RowFormat, StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';

export interface ProcessorWindowOptions {
  /** Milliseconds. */
  readonly retentionMs: number;
  /** Milliseconds. */
  readonly sizeMs: number;
  /** True: entries of the same key and start do not replace each other. */
  readonly retainDuplicates: boolean;
  readonly format: RowFormat;
}

/**
 * The values that a processor puts by key and window start (Java: `WindowStore`). They lie in time buckets as long as
 * the segments of Java's stores. Changelog: one record for each row of the buckets, compacted, deleted after the
 * retention.
 */
export class ProcessorWindowKind implements KindOfStore {
  readonly kind = 'processorWindow';
  readonly changelog = rowRecords;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly format: RowFormat;
  /** The length of the windows, in milliseconds. The rows do not have it. */
  readonly sizeMs: number;
  readonly #segments: ProcessorSegments;
  readonly #retainDuplicates: boolean;

  constructor({ retentionMs, sizeMs, retainDuplicates, format }: ProcessorWindowOptions) {
    this.sizeMs = sizeMs;
    this.#segments = new ProcessorSegments(retentionMs);
    this.#retainDuplicates = retainDuplicates;
    this.format = format;
    this.shape = this.#segments.shape(retainDuplicates ? 'processorWindowWithDuplicates' : this.kind, format);
    this.cleanup = this.#segments.cleanup;
    this.query = Object.freeze<QueryShape>({
      kind: 'window',
      decode: rowDecoders[format],
      sizeMs,
      retention: { ms: retentionMs, observed: 'highest' },
      bucketMs: this.#segments.lengthMs,
    });
    Object.freeze(this);
  }

  /** `rows`: the codec of the format. */
  open<K, R>(bytes: ByteStore, keys: KeyCodec<K>, rows: Codec<R>): ProcessorWindowStore<K, R> {
    const buckets = new TimeBucketsStore(bytes, keys, rows, this.#segments.lengthMs);
    return new ProcessorWindowStore(buckets, this.#segments.retentionMs, this.#retainDuplicates);
  }
}

/** An entry of one key. */
export interface WindowOfKey<R> {
  /** The start of the window, in milliseconds since the epoch. */
  readonly start: number;
  readonly value: R;
}

export interface ProcessorWindow<K, R> extends WindowOfKey<R> {
  readonly key: K;
}

/**
 * Values by key and window start. A window is found while its start is above the highest start that was put less the
 * retention; a put further back is ignored. What finds several windows gives them as they are then: later writes do not
 * show.
 */
export class ProcessorWindowStore<K, R> {
  readonly #buckets: TimeBucketsStore<K, R>;
  readonly #retentionMs: number;
  readonly #retainDuplicates: boolean;
  #observedStart = -1;

  constructor(buckets: TimeBucketsStore<K, R>, retentionMs: number, retainDuplicates: boolean) {
    this.#buckets = buckets;
    this.#retentionMs = retentionMs;
    this.#retainDuplicates = retainDuplicates;
  }

  /**
   * The highest start that was put, -1 at first. The changelog does not have it, so the owner saves it with each commit,
   * and calls `resume` with it before anything else.
   */
  get observedStart(): number {
    return this.#observedStart;
  }

  resume(observedStart: number): void {
    if (observedStart <= this.#observedStart) return;
    this.#observedStart = observedStart;
    this.#buckets.expireBelow(observedStart - this.#retentionMs + 1);
  }

  /** A null `value` deletes the window. With duplicates it does nothing. Throws a RangeError for a negative start. */
  put(key: K, value: R | null, start: number): void {
    if (value === null && this.#retainDuplicates) return;
    if (!(Number.isSafeInteger(start) && start >= 0)) {
      throw new RangeError(`the start of a window is ${start}, which is no time`);
    }
    this.resume(start);
    if (start <= this.#observedStart - this.#retentionMs) return;
    if (value === null) this.#buckets.delete(key, start);
    else if (this.#retainDuplicates) this.#buckets.put(key, start, value);
    else this.#buckets.replace(key, start, value);
  }

  /**
   * The value of the window of a key that starts at `start`, or null. Of duplicates it is the last one (Java: null, unless
   * nothing was put after it).
   */
  get(key: K, start: number): R | null {
    for (const { value } of this.fetch(key, start, start, { reverse: true })) return value;
    return null;
  }

  /** The windows of a key that start from `from` to `to`, both included, by start, or the reverse. */
  *fetch(key: K, from: number, to: number, options?: { readonly reverse?: boolean }): Generator<WindowOfKey<R>> {
    for (const { time, value } of this.#buckets.entries(key, this.#span(from, to), options))
      yield { start: time, value };
  }

  /**
   * The windows of the keys from `keyFrom` to `keyTo` that start from `from` to `to`, all included. null: no bound. In
   * the order of the segments of Java's stores (half the retention, at least a minute), then of the serialized keys, then
   * of the starts, or the reverse.
   */
  async *fetchKeys(
    { keyFrom, keyTo, from, to }: KeyBounds<K> & TimeSpan,
    options?: { readonly reverse?: boolean },
  ): AsyncGenerator<ProcessorWindow<K, R>> {
    const entries = this.#buckets.scan({ keyFrom, keyTo }, this.#span(from, to), options);
    for await (const { key, time, value } of entries) yield { key, start: time, value };
  }

  /** The windows of all keys that start from `from` to `to`, both included. The order is that of `fetchKeys`. */
  fetchAll(from: number, to: number, options?: { readonly reverse?: boolean }): AsyncGenerator<ProcessorWindow<K, R>> {
    return this.fetchKeys({ keyFrom: null, keyTo: null, from, to }, options);
  }

  /** The order is that of `fetchKeys`. */
  all(options?: { readonly reverse?: boolean }): AsyncGenerator<ProcessorWindow<K, R>> {
    return this.fetchAll(0, Number.MAX_SAFE_INTEGER, options);
  }

  /** No window starts after the highest start. */
  #span(from: number, to: number): TimeSpan {
    return { from: Math.max(0, from), to: Math.min(to, this.#observedStart) };
  }
}
