import type { Window } from '../../dsl/windows/windows.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import type { InteractiveQueries } from './interactive-queries.js';
import { type QueryableStore, stateKeyOf } from './queryable-store.js';
import type { PageOptions, StoreEntry, StoreRange } from './store-page.js';

const PAGE_ENTRIES = 1000;

/**
 * A key-value store of this process, as of the last commit (Java: `ReadOnlyKeyValueStore`). Iteration goes partition by
 * partition, and within a partition in the order of the serialized keys. It reads up to a thousand entries at a time,
 * each time as of that moment.
 */
export interface ReadOnlyKeyValueStore<K, V> {
  readonly kind: 'keyValue';
  /** null if there is none. Rejects with an InvalidStateStoreError if the key may be in a partition that is not here. */
  get(key: K): Promise<V | null>;
  /** From key to key, both included. */
  range(from: K, to: K): AsyncIterable<StoreEntry<K, V>>;
  all(): AsyncIterable<StoreEntry<K, V>>;
}

/**
 * A window store of this process, as of the last commit (Java: `ReadOnlyWindowStore`). Times are start times of
 * windows; both ends are included.
 */
export interface ReadOnlyWindowStore<K, V> {
  readonly kind: 'window';
  /** The windows of one key, in the order of time. */
  fetch(key: K, from: number, to: number): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
  /** The windows of all keys: partition by partition, within a partition by window start, then by serialized key. */
  fetchAll(from: number, to: number): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
  all(): AsyncIterable<StoreEntry<K, V> & { readonly window: Window }>;
}

export type ReadOnlyStore<K, V> = ReadOnlyKeyValueStore<K, V> | ReadOnlyWindowStore<K, V>;

/**
 * The partitions of a store that are at this process. With `stale`, the partitions of its standbys too. The caller
 * vouches for the types.
 */
export function readOnlyStore<K, V>(queries: InteractiveQueries, name: string, stale: boolean): ReadOnlyStore<K, V> {
  const here = { queries, store: queries.store(name), stale };
  return here.store.query.kind === 'keyValue' ? keyValueStore(here) : windowStore(here);
}

interface StoreHere {
  readonly queries: InteractiveQueries;
  readonly store: QueryableStore;
  readonly stale: boolean;
}

function keyValueStore<K, V>(here: StoreHere): ReadOnlyKeyValueStore<K, V> {
  const { queries, store, stale } = here;
  const entries = (range: StoreRange): AsyncIterable<StoreEntry<K, V>> =>
    entriesOf(here, range) as AsyncIterable<StoreEntry<K, V>>;
  return {
    kind: 'keyValue',
    get: async key => ((await queries.entry(store, key, stale))?.value ?? null) as V | null,
    range: (from, to) => entries({ kind: 'keys', from: stateKeyOf(store, from), to: stateKeyOf(store, to) }),
    all: () => entries({ kind: 'keys', from: undefined, to: undefined }),
  };
}

function windowStore<K, V>(here: StoreHere): ReadOnlyWindowStore<K, V> {
  const { queries, store, stale } = here;
  type Entry = StoreEntry<K, V> & { readonly window: Window };
  const entries = (range: StoreRange, partitions?: readonly number[]): AsyncIterable<Entry> =>
    entriesOf(here, range, partitions) as AsyncIterable<Entry>;
  return {
    kind: 'window',
    fetch(key, from, to) {
      const stateKey = stateKeyOf(store, key);
      const partitions = queries.partitionsOfKey(store, stateKey);
      const here = queries.localPartitions(store, stale);
      const missing = partitions.find(partition => !here.includes(partition));
      if (missing !== undefined) {
        throw new InvalidStateStoreError('NOT_HERE', `partition ${missing} of store ${store.spec.name} is not here`);
      }
      return entries({ kind: 'windows', key: stateKey, from, to }, partitions);
    },
    fetchAll: (from, to) => entries({ kind: 'windows', key: undefined, from, to }),
    all: () => entries({ kind: 'windows', key: undefined, from: 0, to: Number.MAX_SAFE_INTEGER }),
  };
}

async function* entriesOf(
  { queries, store, stale }: StoreHere,
  range: StoreRange,
  partitions = queries.localPartitions(store, stale),
): AsyncGenerator<StoreEntry> {
  for (const partition of partitions) {
    let after: string | null = null;
    do {
      const options: PageOptions = { limit: PAGE_ENTRIES, stale, ...(after === null ? {} : { after }) };
      const page = await queries.page(store, partition, range, options);
      yield* page.entries;
      after = page.next;
    } while (after !== null);
  }
}
