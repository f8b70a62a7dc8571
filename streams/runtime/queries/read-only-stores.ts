import type { Codec } from '../../../stores/encoding/codec.js';
import type { Window } from '../../dsl/windows/windows.js';
import type { StoreEntry } from './store-entry.js';

/** Entries in their order. It reads up to a thousand of them at a time, each time as of that moment. */
export type StoreEntries<K, V> = AsyncIterable<StoreEntry<K, V>>;

/** Entries with their windows or sessions. */
export type WindowedEntries<K, V> = AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;

/** A version of a value. */
export type VersionEntry<K, V> = StoreEntry<K, V> & { readonly timestamp: number; readonly validTo: number | null };

/**
 * A key-value store of this process, as of the last commit (Java: `ReadOnlyKeyValueStore`). Iteration goes partition by
 * partition, and within a partition in the order of the serialized keys, or the reverse. A query of an LRU store makes no
 * entry more recent.
 */
export interface ReadOnlyKeyValueStore<K, V> {
  readonly kind: 'keyValue';
  /** null if there is none. Rejects with an InvalidStateStoreError if the key may be in a partition that is not here. */
  get(key: K): Promise<V | null>;
  /** From key to key, both included. null: no bound. */
  range(from: K | null, to: K | null): StoreEntries<K, V>;
  reverseRange(from: K | null, to: K | null): StoreEntries<K, V>;
  all(): StoreEntries<K, V>;
  reverseAll(): StoreEntries<K, V>;
  /** The entries whose keys begin with the bytes of `prefix`, which `prefixSerde` serializes. */
  prefixScan<P>(prefix: P, prefixSerde: Pick<Codec<P>, 'serialize'>): StoreEntries<K, V>;
}

/**
 * A versioned store of this process, as of the last commit (Java: `VersionedKeyQuery`, KIP-960, and
 * `MultiVersionedKeyQuery`, KIP-968). Times are milliseconds since the epoch.
 */
export interface ReadOnlyVersionedKeyValueStore<K, V> {
  readonly kind: 'versionedKeyValue';
  /**
   * The newest version, or the one that was valid at `asOfTimestamp`. null if there was none, or if the time is before
   * the history.
   */
  get(key: K, asOfTimestamp?: number): Promise<VersionEntry<K, V> | null>;
  /**
   * The versions that were valid at some time from `from` to `to`, both included, by their timestamps. Deletions are not
   * among them. Default: all versions.
   */
  versions(key: K, from?: number, to?: number): AsyncIterable<VersionEntry<K, V>>;
  /** The same, the newest version first. */
  backwardVersions(key: K, from?: number, to?: number): AsyncIterable<VersionEntry<K, V>>;
}

/**
 * A window store of this process, as of the last commit (Java: `ReadOnlyWindowStore`). Times are start times of
 * windows; both ends are included. What gives the windows of several keys goes partition by partition, and within a
 * partition by window start, then by serialized key; in stores of sliding windows and of processors by ranges of time, in
 * each by serialized key, then by window start.
 */
export interface ReadOnlyWindowStore<K, V> {
  readonly kind: 'window';
  /** The value of the window of a key that starts at `start`, of duplicates the last one. null if there is none. */
  fetch(key: K, start: number): Promise<V | null>;
  /** The windows of one key, in the order of time. */
  fetch(key: K, from: number, to: number): WindowedEntries<K, V>;
  /** The windows of the keys from `keyFrom` to `keyTo`, both included. null: no bound. */
  fetch(keyFrom: K | null, keyTo: K | null, from: number, to: number): WindowedEntries<K, V>;
  backwardFetch(key: K, from: number, to: number): WindowedEntries<K, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null, from: number, to: number): WindowedEntries<K, V>;
  fetchAll(from: number, to: number): WindowedEntries<K, V>;
  backwardFetchAll(from: number, to: number): WindowedEntries<K, V>;
  all(): WindowedEntries<K, V>;
  backwardAll(): WindowedEntries<K, V>;
}

/**
 * A session store of this process, as of the last commit (Java: `ReadOnlySessionStore`). Times are milliseconds since the
 * epoch; both ends of a session are included. What gives the sessions of several keys goes partition by partition, and
 * within a partition by ranges of time, in each by serialized key, then by end and start.
 */
export interface ReadOnlySessionStore<K, V> {
  readonly kind: 'session';
  /** The value of a session. null if there is none. */
  fetchSession(key: K, start: number, end: number): Promise<V | null>;
  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier, by their ends. */
  findSessions(key: K, earliestEnd: number, latestStart: number): WindowedEntries<K, V>;
  /** The same for the keys from `keyFrom` to `keyTo`, both included. null: no bound. */
  findSessions(keyFrom: K | null, keyTo: K | null, earliestEnd: number, latestStart: number): WindowedEntries<K, V>;
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): WindowedEntries<K, V>;
  backwardFindSessions(
    keyFrom: K | null,
    keyTo: K | null,
    earliestEnd: number,
    latestStart: number,
  ): WindowedEntries<K, V>;
  /** All sessions of a key, or of the keys from `keyFrom` to `keyTo`, both included. null: no bound. */
  fetch(key: K): WindowedEntries<K, V>;
  fetch(keyFrom: K | null, keyTo: K | null): WindowedEntries<K, V>;
  backwardFetch(key: K): WindowedEntries<K, V>;
  backwardFetch(keyFrom: K | null, keyTo: K | null): WindowedEntries<K, V>;
}

/** Each kind of store with its interface. */
export interface ReadOnlyStores<K, V> {
  readonly keyValue: ReadOnlyKeyValueStore<K, V>;
  readonly versionedKeyValue: ReadOnlyVersionedKeyValueStore<K, V>;
  readonly window: ReadOnlyWindowStore<K, V>;
  readonly session: ReadOnlySessionStore<K, V>;
}

export type ReadOnlyStore<K, V> = ReadOnlyKeyValueStore<K, V> | ReadOnlyWindowStore<K, V> | ReadOnlySessionStore<K, V>;
