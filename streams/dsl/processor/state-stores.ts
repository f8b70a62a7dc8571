import type { ValueAndTimestamp } from '../../../stores/encoding/timestamped.js';
import type { Headers } from '../../kafka/record.js';
import type { KeyValue } from '../options/key-value.js';
import type { Serde } from '../serde/serdes.js';
import type { Windowed } from '../windows/windows.js';

/**
 * A store of one task, in a processor. Reads see the writes of the same task at once. Writes are committed together with
 * the record in process. Outside of its processor's `init`, `process` and punctuations, and after the task was closed,
 * each call throws an InvalidStateStoreError. Ranges are read with `for await`: entries of a store on disk are not all in
 * memory. A range shows the store as of the first step.
 */
export interface StateStore {
  readonly name: string;
}

/** Entries in an order that is stated where they are asked for. */
export type StoreIterator<K, V> = AsyncIterableIterator<KeyValue<K, V>>;

/**
 * Values by key (Java: `KeyValueStore`). Keys are in the order of their serialized bytes, unsigned.
 *
 * ```ts
 * async function inOrder(store: KeyValueStore<string, number>): Promise<string[]> {
 *   const keys: string[] = [];
 *   for await (const { key } of store.range('a', null)) keys.push(key);
 *   return keys;
 * }
 * ```
 */
export interface KeyValueStore<K, V> extends StateStore {
  /** null if there is no entry. */
  get(key: K): V | null;
  /** A null value deletes the entry. */
  put(key: K, value: V | null): void;
  /** Puts the value if the key has none. Returns the value that was there, or null. */
  putIfAbsent(key: K, value: V): V | null;
  putAll(entries: Iterable<KeyValue<K, V | null>>): void;
  /** Returns the value that was there, or null. */
  delete(key: K): V | null;
  /** From `from` to `to`, both included. null: no bound. */
  range(from: K | null, to: K | null): StoreIterator<K, V>;
  reverseRange(from: K | null, to: K | null): StoreIterator<K, V>;
  all(): StoreIterator<K, V>;
  reverseAll(): StoreIterator<K, V>;
  /** The entries whose serialized keys begin with the bytes of the prefix. */
  prefixScan<P>(prefix: P, prefixSerde: Serde<P>): StoreIterator<K, V>;
}

/** Values with timestamps by key (Java: `TimestampedKeyValueStore`). The stores of tables are of this kind. */
export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>;

/** A value, its timestamp in milliseconds, and headers. */
export interface ValueTimestampHeaders<V> extends ValueAndTimestamp<V> {
  readonly headers: Headers;
}

/** Values with timestamps and headers by key (KIP-1271). */
export type TimestampedKeyValueStoreWithHeaders<K, V> = KeyValueStore<K, ValueTimestampHeaders<V>>;

/**
 * Values by key and window start (Java: `WindowStore`). Times are in milliseconds. A window is there until a window is
 * put that starts a retention or more after it; a put that far back is ignored. Ranges over several keys are in the order
 * of Java's persistent store: by segment of time, in it by key, then by time.
 *
 * ```ts
 * async function sum(store: WindowStore<string, number>, key: string, from: number, to: number): Promise<number> {
 *   let total = 0;
 *   for await (const { value } of store.fetch(key, from, to)) total += value;
 *   return total;
 * }
 * ```
 */
export interface WindowStore<K, V> extends StateStore {
  /** A null value deletes the window. With `retainDuplicates` it adds nothing. */
  put(key: K, value: V | null, windowStart: number): void;
  /** The value of a window. null if there is none. */
  fetch(key: K, windowStart: number): V | null;
  /** The windows of a key that start from `from` to `to`, both included, by their starts. */
  fetch(key: K, from: number, to: number): StoreIterator<number, V>;
  /** The same for the keys from `keyFrom` to `keyTo`, both included. null: no bound. */
  fetch(keyFrom: K | null, keyTo: K | null, from: number, to: number): StoreIterator<Windowed<K>, V>;
  backwardFetch(key: K, from: number, to: number): StoreIterator<number, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null, from: number, to: number): StoreIterator<Windowed<K>, V>;
  fetchAll(from: number, to: number): StoreIterator<Windowed<K>, V>;
  backwardFetchAll(from: number, to: number): StoreIterator<Windowed<K>, V>;
  all(): StoreIterator<Windowed<K>, V>;
  backwardAll(): StoreIterator<Windowed<K>, V>;
}

/** Values with timestamps by key and window start (Java: `TimestampedWindowStore`). */
export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>;

/**
 * Values by key and session (Java: `SessionStore`). Times are in milliseconds. The two ends of a session are included. A
 * session is there until one is put that ends a retention or more after it.
 *
 * ```ts
 * async function lastOf(store: SessionStore<string, number>, key: string): Promise<number | null> {
 *   for await (const { value } of store.backwardFetch(key)) return value;
 *   return null;
 * }
 * ```
 */
export interface SessionStore<K, V> extends StateStore {
  /** A null value deletes the session. */
  put(session: Windowed<K>, value: V | null): void;
  remove(session: Windowed<K>): void;
  fetchSession(key: K, start: number, end: number): V | null;
  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier, by their ends. */
  findSessions(key: K, earliestEnd: number, latestStart: number): StoreIterator<Windowed<K>, V>;
  findSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): StoreIterator<Windowed<K>, V>;
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): StoreIterator<Windowed<K>, V>;
  backwardFindSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): StoreIterator<Windowed<K>, V>;
  /** All sessions of a key, or of the keys from `keyFrom` to `keyTo`, both included. */
  fetch(key: K): StoreIterator<Windowed<K>, V>;
  fetch(keyFrom: K | null, keyTo: K | null): StoreIterator<Windowed<K>, V>;
  backwardFetch(key: K): StoreIterator<Windowed<K>, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null): StoreIterator<Windowed<K>, V>;
}

/**
 * What `put` of a versioned store answers: the timestamp until which the version is valid, `latest` if it is the newest
 * one, or `rejected` if it is older than the history.
 */
export type VersionedPut = number | 'latest' | 'rejected';

/**
 * The versions of the value of each key (Java: `VersionedKeyValueStore`, KIP-889). Times are in milliseconds.
 *
 * ```ts
 * function priceAt(store: VersionedKeyValueStore<string, number>, product: string, time: number): number | null {
 *   return store.get(product, time)?.value ?? null;
 * }
 * ```
 */
export interface VersionedKeyValueStore<K, V> extends StateStore {
  /** A null value is a version without a value. */
  put(key: K, value: V | null, timestamp: number): VersionedPut;
  /** The newest version, or the one that was valid at `asOfTimestamp`. null if there is none. */
  get(key: K, asOfTimestamp?: number): ValueAndTimestamp<V> | null;
  /** Puts a version without a value. Returns the version that was valid at `timestamp`. */
  delete(key: K, timestamp: number): ValueAndTimestamp<V> | null;
}
