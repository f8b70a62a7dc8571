import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { readInt64, writeInt64 } from '../encoding/int64.js';
import type { KeyCodec } from '../encoding/state-key.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';

/** A session of a key: from the timestamp of its first record to that of its last one, both included. */
export interface Session<V> {
  readonly start: number;
  readonly end: number;
  readonly value: V;
}

/**
 * Sessions by key and end, for ends within the retention. They lie in time buckets, so that the sessions near a
 * timestamp are found at once. Changelog: one record for each row of the buckets, compacted, deleted after the
 * retention.
 */
export class SessionKind implements KindOfStore {
  readonly kind = 'session';
  readonly changelog = rowRecords;
  readonly shape: StoreShape;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
  readonly #bucketMs: number;
  readonly #retentionMs: number;

  /** Milliseconds. `retentionMs`: at least gap + grace. */
  constructor({ gapMs, graceMs }: { readonly gapMs: number; readonly graceMs: number }, retentionMs: number) {
    this.#bucketMs = Math.max(1, gapMs + graceMs);
    this.#retentionMs = retentionMs;
    this.shape = Object.freeze({ kind: this.kind, sizeMs: gapMs, graceMs });
    this.cleanup = Object.freeze({ policy: 'compact,delete', retentionMs: retentionMs + this.#bucketMs });
    this.query = Object.freeze<QueryShape>({
      kind: 'session',
      decode: (values, bytes, end) => ({ value: values.deserialize(bytes), timestamp: end }),
      retention: { ms: retentionMs, observed: 'observedEnd' },
      bucketMs: this.#bucketMs,
    });
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): SessionStore<K, V> {
    return new SessionStore(bytes, keys, values, this.#bucketMs, this.#retentionMs);
  }
}

/** The sessions of the keys (Java: `SessionStore`). The sessions of one key do not overlap. */
export class SessionStore<K, V> {
  readonly #buckets: TimeBucketsStore<K, readonly [number, V]>;
  readonly #retentionMs: number;
  #observedEnd = -1;

  constructor(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>, bucketMs: number, retentionMs: number) {
    this.#buckets = new TimeBucketsStore(bytes, keys, startedCodec(values), bucketMs);
    this.#retentionMs = retentionMs;
  }

  /** The highest end that was observed, -1 at first. Retention counts from it. */
  get observedEnd(): number {
    return this.#observedEnd;
  }

  /** Lets all sessions expire that end at `end` less the retention or earlier. */
  observe(end: number): void {
    if (end <= this.#observedEnd) return;
    this.#observedEnd = end;
    this.#buckets.expireBelow(end - this.#retentionMs + 1);
  }

  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier, by their ends. */
  find(key: K, earliestEnd: number, latestStart: number, latestEnd: number): Session<V>[] {
    const sessions: Session<V>[] = [];
    for (const entry of this.#buckets.fetch(key, Math.max(0, earliestEnd), latestEnd)) {
      const [start, value] = entry.value;
      if (start > latestStart) break;
      sessions.push({ start, end: entry.time, value });
    }
    return sessions;
  }

  /** The session of a key that ends at `end`. undefined if there is none. */
  endingAt(key: K, end: number): Session<V> | undefined {
    return this.find(key, end, Number.POSITIVE_INFINITY, end)[0];
  }

  /** A session with the same end takes the place of the one before. */
  put(key: K, { start, end, value }: Session<V>): void {
    this.#buckets.delete(key, end);
    this.#buckets.put(key, end, [start, value]);
  }

  /** Adds a session of a key that has none with the same end. */
  add(key: K, { start, end, value }: Session<V>): void {
    this.#buckets.put(key, end, [start, value]);
  }

  /** Puts a session in the place of the one that ends at `before`. */
  replace(key: K, before: number, { start, end, value }: Session<V>): void {
    this.#buckets.move(key, before, end, [start, value]);
  }

  remove(key: K, end: number): void {
    this.#buckets.delete(key, end);
  }

  /** All sessions, in the order of the buckets, then of the serialized keys, then of the ends. */
  async all(): Promise<(Session<V> & { readonly key: K })[]> {
    const entries = await this.#buckets.all();
    return entries.map(({ key, time, value: [start, value] }) => ({ key, start, end: time, value }));
  }
}

/** The start of the session (8 bytes), then the bytes of the value. */
export function startedCodec<V>(values: Codec<V>): Codec<readonly [number, V]> {
  return {
    serialize([start, value]) {
      const bytes = values.serialize(value);
      const result = Buffer.allocUnsafe(8 + bytes.length);
      writeInt64(result, start, 0);
      bytes.copy(result, 8);
      return result;
    },
    deserialize: bytes => [readInt64(bytes, 0), values.deserialize(bytes.subarray(8))],
  };
}
