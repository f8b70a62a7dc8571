import type { Window } from '../../dsl/windows.js';
import type { InteractiveQueries } from './interactive-queries.js';
import { InvalidStateStoreError } from './invalid-state-store-error.js';
import { type QueryableStore, stateKeyOf } from './queryable-store.js';
import type { StoreEntry, StoreRange } from './store-page.js';

const PAGE_ENTRIES = 1000;

/**
 * A key-value store of this process, as of the last commit (Java: `ReadOnlyKeyValueStore`). Iteration goes partition by partition,
 * in each in the order of the serialized keys; it reads a thousand entries at a time, each thousand as of then.
 */
export interface ReadOnlyKeyValueStore<K, V> {
  readonly kind: 'keyValue';
  /** null if there is none. Rejects with an InvalidStateStoreError if the key belongs to a partition that is not here. */
  get(key: K): Promise<V | null>;
  /** From key to key, ends included. */
  range(from: K, to: K): AsyncIterable<StoreEntry<K, V>>;
  all(): AsyncIterable<StoreEntry<K, V>>;
}

/** A window store of this process, as of the last commit (Java: `ReadOnlyWindowStore`). Times are those at which windows start, ends included. */
export interface ReadOnlyWindowStore<K, V> {
  readonly kind: 'window';
  /** The windows of one key, in the order of time. */
  fetch(key: K, from: number, to: number): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
  /** The windows of all keys: partition by partition, in each by window start, then serialized key. */
  fetchAll(from: number, to: number): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
  all(): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
}

export type ReadOnlyStore<K, V> = ReadOnlyKeyValueStore<K, V> | ReadOnlyWindowStore<K, V>;

/** The partitions of a store that are at this process. Types are the caller's word. */
export function readOnlyStore<K, V>(queries: InteractiveQueries, name: string): ReadOnlyStore<K, V> {
  const store = queries.store(name);
  return store.kind === 'keyValue' ? keyValueStore(queries, store) : windowStore(queries, store);
}

function keyValueStore<K, V>(queries: InteractiveQueries, store: QueryableStore): ReadOnlyKeyValueStore<K, V> {
  const entries = (range: StoreRange): AsyncIterable<StoreEntry<K, V>> =>
    entriesOf(queries, store, range) as AsyncIterable<StoreEntry<K, V>>;
  return {
    kind: 'keyValue',
    get: async key => ((await queries.entry(store, key))?.value ?? null) as V | null,
    range: (from, to) => entries({ kind: 'keys', from: stateKeyOf(store, from), to: stateKeyOf(store, to) }),
    all: () => entries({ kind: 'keys', from: undefined, to: undefined }),
  };
}

function windowStore<K, V>(queries: InteractiveQueries, store: QueryableStore): ReadOnlyWindowStore<K, V> {
  type Entry = StoreEntry<K, V> & { readonly window: Window };
  const entries = (range: StoreRange, partitions?: readonly number[]): AsyncIterable<Entry> =>
    entriesOf(queries, store, range, partitions) as AsyncIterable<Entry>;
  return {
    kind: 'window',
    fetch(key, from, to) {
      const stateKey = stateKeyOf(store, key);
      const partition = queries.partitionOfKey(store, stateKey);
      if (!queries.localPartitions(store).includes(partition)) {
        throw new InvalidStateStoreError('NOT_HERE', `partition ${partition} of store ${store.spec.name} is not here`);
      }
      return entries({ kind: 'windows', key: stateKey, from, to }, [partition]);
    },
    fetchAll: (from, to) => entries({ kind: 'windows', key: undefined, from, to }),
    all: () => entries({ kind: 'windows', key: undefined, from: 0, to: Number.MAX_SAFE_INTEGER }),
  };
}

async function* entriesOf(
  queries: InteractiveQueries,
  store: QueryableStore,
  range: StoreRange,
  partitions = queries.localPartitions(store),
): AsyncGenerator<StoreEntry> {
  for (const partition of partitions) {
    let after: string | null = null;
    do {
      const options: { limit: number; after?: string } = { limit: PAGE_ENTRIES, ...(after === null ? {} : { after }) };
      const page = await queries.page(store, partition, range, options);
      yield* page.entries;
      after = page.next;
    } while (after !== null);
  }
}
