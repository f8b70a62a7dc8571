import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec } from '../encoding/state-key.js';
import type { KeyBounds } from './bucket-rows.js';
import type { TimeSpan } from './chunk-entries.js';
import { ProcessorSegments } from './processor-segments.js';
import { rowDecoders } from './queried-row.js';
import { type Session, startedCodec } from './session.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, RowFormat, StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';

/**
 * The sessions that a processor puts by key (Java: `SessionStore`). They lie by their ends in time buckets as long as
 * the segments of Java's stores. Changelog: one record for each row of the buckets, compacted, deleted after the
 * retention.
 */
export class ProcessorSessionKind implements KindOfStore {
  readonly kind = 'processorSession';
  readonly changelog = rowRecords;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly format: RowFormat;
  readonly #segments: ProcessorSegments;

  /** `retentionMs`: milliseconds. */
  constructor({ retentionMs, format }: { readonly retentionMs: number; readonly format: RowFormat }) {
    this.#segments = new ProcessorSegments(retentionMs);
    this.format = format;
    this.shape = this.#segments.shape(this.kind, format);
    this.cleanup = this.#segments.cleanup;
    this.query = Object.freeze<QueryShape>({
      kind: 'session',
      decode: rowDecoders[format],
      retention: { ms: retentionMs, observed: 'highest' },
      bucketMs: this.#segments.lengthMs,
    });
    Object.freeze(this);
  }

  /** `rows`: the codec of the format. */
  open<K, R>(bytes: ByteStore, keys: KeyCodec<K>, rows: Codec<R>): ProcessorSessionStore<K, R> {
    const buckets = new TimeBucketsStore(bytes, keys, startedCodec(rows), this.#segments.lengthMs);
    return new ProcessorSessionStore(buckets, this.#segments.retentionMs);
  }
}

export interface ProcessorSession<K, R> extends Session<R> {
  readonly key: K;
}

/** Sessions that end at `earliestEnd` or later and start at `latestStart` or earlier. */
export interface SessionBounds {
  readonly earliestEnd: number;
  readonly latestStart: number;
}

const ALL_SESSIONS: SessionBounds = Object.freeze({ earliestEnd: 0, latestStart: Number.POSITIVE_INFINITY });

/** The timestamps of the first and the last record of a session, both included, in milliseconds since the epoch. */
export interface SessionTimes {
  readonly start: number;
  readonly end: number;
}

/** The session starts at the first number. */
type Started<R> = readonly [start: number, value: R];

/**
 * Sessions by key, end and start; those of one key may overlap. A session is found while its end is above the highest
 * end that was put or removed less the retention; a put further back is ignored. What finds several sessions gives
 * them as they are then: later writes do not show.
 */
export class ProcessorSessionStore<K, R> {
  readonly #buckets: TimeBucketsStore<K, Started<R>>;
  readonly #retentionMs: number;
  #observedEnd = -1;

  constructor(buckets: TimeBucketsStore<K, Started<R>>, retentionMs: number) {
    this.#buckets = buckets;
    this.#retentionMs = retentionMs;
  }

  /**
   * The highest end that was put or removed, -1 at first. The changelog does not have it, so the owner saves it with
   * each commit, and calls `resume` with it before anything else.
   */
  get observedEnd(): number {
    return this.#observedEnd;
  }

  resume(observedEnd: number): void {
    if (observedEnd <= this.#observedEnd) return;
    this.#observedEnd = observedEnd;
    this.#buckets.expireBelow(observedEnd - this.#retentionMs + 1);
  }

  /** A null `value` removes the session. Throws a RangeError if the session ends before it starts, or starts below 0. */
  put(key: K, { start, end }: SessionTimes, value: R | null): void {
    if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start))
      throw new RangeError(`a session from ${start} to ${end} is not valid`);
    this.resume(end);
    if (end <= this.#observedEnd - this.#retentionMs) return;
    const isSame = ([other]: Started<R>): boolean => other === start;
    if (value === null) {
      this.#buckets.delete(key, end, isSame);
      return;
    }
    this.#buckets.replace(key, end, [start, value], isSame);
    this.#moveLater(key, end, start);
  }

  /** Sessions with the same end lie in the order of their starts. A session that was put is behind all of them. */
  #moveLater(key: K, end: number, start: number): void {
    const later: Started<R>[] = [];
    for (const entry of this.#buckets.entries(key, { from: end, to: end })) {
      const started = entry.value;
      if (started[0] > start) later.push(started);
    }
    if (later.length === 0) return;
    this.#buckets.delete(key, end, ([other]) => other > start);
    for (const started of later) this.#buckets.put(key, end, started);
  }

  remove(key: K, session: SessionTimes): void {
    this.put(key, session, null);
  }

  /** The value of a session, or null (Java: `fetchSession`). */
  get(key: K, { start, end }: SessionTimes): R | null {
    for (const session of this.find(key, { earliestEnd: end, latestStart: start })) {
      if (session.end > end) return null;
      if (session.start === start) return session.value;
    }
    return null;
  }

  /** The sessions of a key within the bounds, by end, then by start, or the reverse. Without bounds: all. */
  *find(key: K, bounds = ALL_SESSIONS, options?: { readonly reverse?: boolean }): Generator<Session<R>> {
    for (const {
      time,
      value: [start, value],
    } of this.#buckets.entries(key, this.#span(bounds), options)) {
      if (start <= bounds.latestStart) yield { start, end: time, value };
    }
  }

  /**
   * The sessions of the keys from `keyFrom` to `keyTo`, both included, within the bounds. null: no bound. In the order of
   * the segments of Java's stores (half the retention, at least a minute), then of the serialized keys, then of ends and
   * starts, or the reverse.
   */
  async *findKeys(
    keys: KeyBounds<K>,
    bounds = ALL_SESSIONS,
    options?: { readonly reverse?: boolean },
  ): AsyncGenerator<ProcessorSession<K, R>> {
    for await (const {
      key,
      time,
      value: [start, value],
    } of this.#buckets.scan(keys, this.#span(bounds), options)) {
      if (start <= bounds.latestStart) yield { key, start, end: time, value };
    }
  }

  /** No session ends after the highest end. */
  #span({ earliestEnd }: SessionBounds): TimeSpan {
    return { from: Math.max(0, earliestEnd), to: this.#observedEnd };
  }
}
