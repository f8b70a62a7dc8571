import type { Codec } from '../../../../stores/encoding/codec.js';
import { readInt64, writeInt64 } from '../../../../stores/encoding/int64.js';
import type { StateKey } from '../../../../stores/encoding/state-key.js';
import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { TimeBucketsStore } from '../../../../stores/kinds/time-buckets.js';
import { NEVER } from '../../time/time.js';

/** An older version of a row. Its time in the store is the time at which it was replaced. */
export interface OldVersion {
  readonly validFrom: number;
  /** null: the row was deleted. */
  readonly value: unknown;
}

/** What became of a version that was put: it is the newest one, an older one, or older than the history. */
export type PutOrder = 'latest' | 'outOfOrder' | 'rejected';

/**
 * The rows of a table with their history (Java: `VersionedKeyValueStore`, KIP-889): the newest version of each key in one
 * store, the older ones in another. A deletion that is the newest version is not in the first store: it shows by the end
 * of the version before it.
 */
export class VersionedRows {
  readonly #latest: TimestampedKeyValueStore<unknown, unknown>;
  readonly #history: TimeBucketsStore<unknown, OldVersion>;
  readonly #historyMs: number;
  readonly #keyOf: (row: StateKey) => unknown;
  #highest = NEVER;
  #lastPut: PutOrder = 'latest';

  constructor(
    latest: TimestampedKeyValueStore<unknown, unknown>,
    history: TimeBucketsStore<unknown, OldVersion>,
    historyMs: number,
    keyOf: (row: StateKey) => unknown,
  ) {
    this.#latest = latest;
    this.#history = history;
    this.#historyMs = historyMs;
    this.#keyOf = keyOf;
  }

  /** What became of the last version that was put. */
  get lastPut(): PutOrder {
    return this.#lastPut;
  }

  /** The highest timestamp that was put. History counts from it. */
  get highest(): number {
    return this.#highest;
  }

  resume(highest: number): void {
    if (highest <= this.#highest) return;
    this.#highest = highest;
    this.#history.expireBelow(highest - this.#historyMs + 1);
  }

  stateKeyOf(key: unknown): StateKey {
    return this.#latest.stateKeyOf(key);
  }

  hasCommitted(row: StateKey): boolean {
    return this.#latest.hasCommitted(row);
  }

  get(key: unknown): ValueAndTimestamp<unknown> | null {
    return this.#latest.get(key);
  }

  getRow(row: StateKey): ValueAndTimestamp<unknown> | null {
    return this.#latest.getRow(row);
  }

  /** The version that was valid at `time`. null if there was none, or if `time` is older than the history. */
  getAsOf(key: unknown, time: number): ValueAndTimestamp<unknown> | null {
    const latest = this.#latest.get(key);
    if (latest !== null && latest.timestamp <= time) return latest;
    if (time < this.#highest - this.#historyMs) return null;
    const version = this.#firstReplacedAfter(key, time);
    if (version === undefined || version.validFrom > time || version.value === null) return null;
    return { value: version.value, timestamp: version.validFrom };
  }

  /** Returns the number of bytes of the encoded value, 0 if it is not the newest version. */
  putRow(row: StateKey, value: unknown, timestamp: number): number {
    if (timestamp < this.#highest - this.#historyMs) {
      this.#lastPut = 'rejected';
      return 0;
    }
    this.resume(timestamp);
    const key = this.#keyOf(row);
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
    } else if (value === null) {
      // No version before it shows the time of this deletion.
      this.#history.delete(key, timestamp);
      this.#history.put(key, timestamp, { validFrom: timestamp, value: null });
    }
    return this.#latest.putRow(row, value, timestamp);
  }

  /** `next` is the first version that is replaced after it. Without one it is valid until `until`. */
  #putOlder(
    key: unknown,
    value: unknown,
    timestamp: number,
    next: (OldVersion & { readonly validTo: number }) | undefined,
    until: number,
  ): void {
    this.#lastPut = 'outOfOrder';
    if (next === undefined || next.validFrom > timestamp) {
      this.#history.put(key, next?.validFrom ?? until, { validFrom: timestamp, value });
      return;
    }
    this.#history.delete(key, next.validTo);
    if (next.validFrom < timestamp) {
      this.#history.put(key, timestamp, { validFrom: next.validFrom, value: next.value });
    }
    this.#history.put(key, next.validTo, { validFrom: timestamp, value });
  }

  #firstReplacedAfter(key: unknown, time: number): (OldVersion & { readonly validTo: number }) | undefined {
    for (const entry of this.#history.fetch(key, time + 1, Math.max(time + 1, this.#highest))) {
      return { ...entry.value, validTo: entry.time };
    }
    return undefined;
  }
}

/** When the version became valid (8 bytes), whether it has a value (1 byte), the bytes of the value. */
export function oldVersionCodec(values: Codec<unknown>): Codec<OldVersion> {
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
