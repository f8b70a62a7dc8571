import type { ByteStore } from '../bytes/byte-store.js';
import type { Codec } from '../encoding/codec.js';
import { readInt64, writeInt64 } from '../encoding/int64.js';
import { type KeyCodec, type StateKey, stateKeyBytes } from '../encoding/state-key.js';
import type { ValueAndTimestamp } from '../encoding/timestamped.js';
import type { KeyValueKind, TimestampedKeyValueStore } from './key-value.js';
import type { TimeBucketsKind } from './time-buckets.js';
import type { TimeBucketsStore } from './time-buckets-store.js';

/** An older version of a row. Its time in the store is the time at which it was replaced. */
export interface OldVersion<V> {
  readonly validFrom: number;
  /** null: the row was deleted. */
  readonly value: V | null;
}

/**
 * What became of a version that was put. It is the newest one (Java: `PUT_RETURN_CODE_VALID_TO_UNDEFINED`), or it is
 * valid until this time, or it is older than the history and was dropped (Java: `PUT_RETURN_CODE_NOT_PUT`).
 */
export type PutOutcome = 'latest' | number | 'rejected';

/** Where the versions lie: each kind with the bytes of its store. */
export interface VersionedParts {
  readonly latest: { readonly kind: KeyValueKind; readonly bytes: ByteStore };
  readonly history: { readonly kind: TimeBucketsKind; readonly bytes: ByteStore };
}

/**
 * Values by key with their history (Java: `VersionedKeyValueStore`, KIP-889): the newest version of each key in one
 * store, the older ones in another. A deletion that is the newest version is not in the first store: it shows by the end
 * of the version before it.
 */
export class VersionedStore<K, V> {
  readonly #latest: TimestampedKeyValueStore<K, V>;
  readonly #history: TimeBucketsStore<K, OldVersion<V>>;
  readonly #historyMs: number;
  readonly #keys: KeyCodec<K>;
  #highest = -1;
  #lastPut: PutOutcome = 'latest';

  constructor({ latest, history }: VersionedParts, keys: KeyCodec<K>, values: Codec<V>) {
    this.#latest = latest.kind.open(latest.bytes, keys, values);
    this.#history = history.kind.open(history.bytes, keys, oldVersionCodec(values));
    this.#historyMs = history.kind.retentionMs;
    this.#keys = keys;
  }

  /** What became of the last version that was put. */
  get lastPut(): PutOutcome {
    return this.#lastPut;
  }

  /**
   * The highest timestamp that was put, -1 at first. History counts from it. The changelog does not have it, so the owner
   * saves it with each commit, and calls `resume` with it before anything else.
   */
  get highest(): number {
    return this.#highest;
  }

  resume(highest: number): void {
    if (highest <= this.#highest) return;
    this.#highest = highest;
    this.#history.expireBelow(highest - this.#historyMs + 1);
  }

  stateKeyOf(key: K): StateKey {
    return this.#latest.stateKeyOf(key);
  }

  hasCommitted(row: StateKey): boolean {
    return this.#latest.hasCommitted(row);
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.#latest.get(key);
  }

  getRow(row: StateKey): ValueAndTimestamp<V> | null {
    return this.#latest.getRow(row);
  }

  /** The version that was valid at `asOf`. null if there was none, or if `asOf` is older than the history. */
  getAsOf(key: K, asOf: number): ValueAndTimestamp<V> | null {
    // Nothing is newer than the highest timestamp. An endless range would be walked for ever.
    const time = Math.min(asOf, Math.max(0, this.#highest));
    const latest = this.#latest.get(key);
    if (latest !== null && latest.timestamp <= time) return latest;
    if (this.#isBeforeHistory(time)) return null;
    const version = this.#firstReplacedAfter(key, time);
    if (version === undefined || version.validFrom > time || version.value === null) return null;
    return { value: version.value, timestamp: version.validFrom };
  }

  /** A null `value` deletes the row at `timestamp`. */
  put(key: K, value: V | null, timestamp: number): PutOutcome {
    checkTime(timestamp);
    this.putRow(this.stateKeyOf(key), value, timestamp);
    return this.#lastPut;
  }

  /** Deletes the row at `timestamp`. Returns the version that was valid then. Before the history it does nothing. */
  delete(key: K, timestamp: number): ValueAndTimestamp<V> | null {
    checkTime(timestamp);
    if (this.#isBeforeHistory(timestamp)) return null;
    const before = this.getAsOf(key, timestamp);
    this.put(key, null, timestamp);
    return before;
  }

  /** Returns the number of bytes of the encoded value, 0 if it is not the newest version. */
  putRow(row: StateKey, value: V | null, timestamp: number): number {
    if (this.#isBeforeHistory(timestamp)) {
      this.#lastPut = 'rejected';
      return 0;
    }
    this.resume(timestamp);
    const key = this.#keys.deserialize(stateKeyBytes(row));
    const latest = this.#latest.getRow(row);
    if (latest !== null && timestamp < latest.timestamp) {
      this.#putOlder(key, value, timestamp, this.#firstReplacedAfter(key, timestamp), latest.timestamp);
      return 0;
    }
    const next = latest === null ? this.#firstReplacedAfter(key, timestamp) : undefined;
    if (next !== undefined) {
      this.#putOlder(key, value, timestamp, next, next.validFrom);
      return 0;
    }
    this.#lastPut = 'latest';
    if (latest !== null && latest.timestamp < timestamp) {
      this.#history.put(key, timestamp, { validFrom: latest.timestamp, value: latest.value });
    } else if (value === null && !this.#hasReplacedAt(key, timestamp)) {
      // No version before it shows the time of this deletion.
      this.#history.put(key, timestamp, { validFrom: timestamp, value: null });
    }
    return this.#latest.putRow(row, value, timestamp);
  }

  #isBeforeHistory(time: number): boolean {
    return time < this.#highest - this.#historyMs;
  }

  /** `next` is the first version that is replaced after it. Without one it is valid until `until`. */
  #putOlder(
    key: K,
    value: V | null,
    timestamp: number,
    next: (OldVersion<V> & { readonly validTo: number }) | undefined,
    until: number,
  ): void {
    if (next === undefined || next.validFrom > timestamp) {
      const validTo = next?.validFrom ?? until;
      this.#lastPut = validTo;
      // The end of this version shows the time of a deletion that had none before it.
      if (next?.validTo === validTo) this.#history.delete(key, validTo);
      this.#history.put(key, validTo, { validFrom: timestamp, value });
      return;
    }
    this.#lastPut = next.validTo;
    this.#history.delete(key, next.validTo);
    if (next.validFrom < timestamp) {
      this.#history.put(key, timestamp, { validFrom: next.validFrom, value: next.value });
    }
    this.#history.put(key, next.validTo, { validFrom: timestamp, value });
  }

  #hasReplacedAt(key: K, time: number): boolean {
    for (const _ of this.#history.fetch(key, time, time)) return true;
    return false;
  }

  #firstReplacedAfter(key: K, time: number): (OldVersion<V> & { readonly validTo: number }) | undefined {
    for (const entry of this.#history.fetch(key, time + 1, Math.max(time + 1, this.#highest))) {
      return { ...entry.value, validTo: entry.time };
    }
    return undefined;
  }
}

function checkTime(timestamp: number): void {
  if (!(Number.isSafeInteger(timestamp) && timestamp >= 0)) {
    throw new RangeError(`the timestamp of a version is ${timestamp}, which is no time`);
  }
}

/** When the version became valid (8 bytes), whether it has a value (1 byte), the bytes of the value. */
export function oldVersionCodec<V>(values: Codec<V>): Codec<OldVersion<V>> {
  return {
    serialize({ validFrom, value }) {
      const bytes = value === null ? Buffer.alloc(0) : values.serialize(value);
      const result = Buffer.allocUnsafe(9 + bytes.length);
      writeInt64(result, validFrom, 0);
      result.writeUInt8(value === null ? 0 : 1, 8);
      bytes.copy(result, 9);
      return result;
    },
    deserialize: bytes => ({
      validFrom: readInt64(bytes, 0),
      value: bytes.readUInt8(8) === 0 ? null : values.deserialize(bytes.subarray(9)),
    }),
  };
}
