import type { KeyRange } from '../../../stores/bytes/key-range.js';
import type { StateKey } from '../../../stores/encoding/state-key.js';
import type { Headers } from '../../kafka/record.js';

/** An entry of a store as of the last commit. Times are milliseconds since the epoch. */
export interface StoreEntry<K = unknown, V = unknown> {
  readonly key: K;
  /**
   * Of window and session stores. The end of a session is the timestamp of its last record. The end of an unlimited
   * window is Infinity.
   */
  readonly window?: { readonly start: number; readonly end: number };
  /** `true` if the store keeps no values: the entry says only that the key is there. */
  readonly value: V;
  /**
   * Timestamp of the latest record that changed the value; of a version, the time from which it is valid. null if the
   * store keeps none.
   */
  readonly timestamp: number | null;
  /** Of stores with headers only. */
  readonly headers?: Headers;
  /** Of versions only: the time from which the version is not valid. null: it is the newest one. */
  readonly validTo?: number | null;
}

/**
 * Some entries of one partition in the order of their state keys, or the reverse. In key-value stores that is the order
 * of the serialized keys. In window stores it is by window start, then by serialized key. In session stores, in stores of
 * sliding windows and in window stores of processors it is by ranges of time, in each by serialized key, then by time. A
 * page ends at its limit, at some megabytes of entries, or when the query has looked at enough of the store. So a page
 * may have fewer entries than its limit, or none, and still not be the last one.
 */
export interface StorePage<K = unknown, V = unknown> {
  readonly entries: readonly StoreEntry<K, V>[];
  /** The cursor of the next page. null on the last page. */
  readonly next: string | null;
}

/** What to read. */
export type StoreRange =
  /** Of a key-value store. */
  | { readonly kind: 'keys'; readonly keys: KeyRange }
  /** Of a window store, the windows that start from `from` to `to`, both included. */
  | (KeysOfRange & { readonly kind: 'windows'; readonly from: number; readonly to: number })
  /** Of a session store, the sessions that end at `earliestEnd` or later and start at `latestStart` or earlier. */
  | (KeysOfRange & { readonly kind: 'sessions'; readonly earliestEnd: number; readonly latestStart: number });

/** One key, or a range of keys. */
export interface KeysOfRange {
  /** undefined: the keys of `keys`. */
  readonly key: StateKey | undefined;
  /** undefined: all keys. */
  readonly keys?: KeyRange;
}

export interface PageOptions {
  readonly limit: number;
  /** The `next` of the previous page. The other arguments must be those of that page. */
  readonly after?: string;
  /** Reads from the last entry to the first one. Default: false. */
  readonly reverse?: boolean;
  /** Reads a standby, or a task that is being restored, if the task does not run here. Such data may be old. */
  readonly stale?: boolean;
  /** Aborted when the client has gone. Then reading ends, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
