import type { StateKey } from '../../../stores/encoding/state-key.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import type { InteractiveQueries } from './interactive-queries.js';
import { keyRange, prefixRange } from './key-ranges.js';
import { notHere } from './local-stores.js';
import { checkVersioned, type QueryableStore, stateKeyOf } from './queryable-store.js';
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyStore,
  ReadOnlyStores,
  ReadOnlyVersionedKeyValueStore,
  ReadOnlyWindowStore,
  StoreEntries,
  VersionEntry,
  WindowedEntries,
} from './read-only-stores.js';
import type { KeysOfRange, PageOptions, StoreEntry, StorePage, StoreRange } from './store-entry.js';

export interface StoreOptions {
  /** Default: false. */
  readonly stale?: boolean;
}

const PAGE_ENTRIES = 1000;
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/**
 * The partitions of a store that are at this process. With `stale`, the partitions of its standbys too. The caller
 * vouches for the types. Throws an InvalidStateStoreError if the store is of another kind.
 */
export function openStore<K, V>(
  queries: InteractiveQueries,
  name: string,
  kind: keyof ReadOnlyStores<K, V> | undefined,
  stale: boolean,
): ReadOnlyStore<K, V> | ReadOnlyVersionedKeyValueStore<K, V> {
  const store = queries.store(name);
  const here = new StoreHere(queries, store, stale);
  if (kind === 'versionedKeyValue') {
    checkVersioned(store);
    return versionedStore(here);
  }
  if (kind !== undefined && kind !== store.query.kind) {
    throw new InvalidStateStoreError('WRONG_KIND', `store ${name} is of kind ${store.query.kind}`);
  }
  if (store.query.kind === 'keyValue') return keyValueStore(here);
  return store.query.kind === 'window' ? windowStore(here) : sessionStore(here);
}

/** A store, as it is read at this process. */
class StoreHere {
  readonly store: QueryableStore;
  readonly #queries: InteractiveQueries;
  readonly #stale: boolean;

  constructor(queries: InteractiveQueries, store: QueryableStore, stale: boolean) {
    this.store = store;
    this.#queries = queries;
    this.#stale = stale;
  }

  keyOf(key: unknown): StateKey {
    return stateKeyOf(this.store, key);
  }

  keys(from: unknown, to: unknown): KeysOfRange & { readonly keys: NonNullable<KeysOfRange['keys']> } {
    const bound = (key: unknown): StateKey | null => (key === null ? null : this.keyOf(key));
    return { key: undefined, keys: keyRange(bound(from), bound(to)) };
  }

  entry(key: unknown, time?: number): Promise<StoreEntry | null> {
    return this.#queries.entry(this.store, key, this.#stale, time);
  }

  /** The entries of the range in all partitions that may have them. Throws if the partition of a key is not here. */
  entries(range: StoreRange, reverse: boolean): AsyncGenerator<StoreEntry> {
    const key = range.kind === 'keys' ? undefined : range.key;
    const local = this.#queries.local.partitions(this.store, this.#stale);
    const partitions = key === undefined ? local : this.#partitionsOfKey(key, local);
    return this.#pages(partitions, (partition, page) =>
      this.#queries.page(this.store, partition, range, { ...page, reverse }),
    );
  }

  versions(key: StateKey, from: number, to: number, reverse: boolean): AsyncGenerator<StoreEntry> {
    const partitions = this.#partitionsOfKey(key, this.#queries.local.partitions(this.store, this.#stale));
    return this.#pages(partitions, (partition, page) =>
      this.#queries.versionsOf(this.store, partition, key, { from, to }, { ...page, reverse }),
    );
  }

  #partitionsOfKey(key: StateKey, local: readonly number[]): readonly number[] {
    const partitions = this.#queries.partitionsOfKey(this.store, key);
    const missing = partitions.find(partition => !local.includes(partition));
    if (missing !== undefined) throw notHere(this.store, missing);
    return partitions;
  }

  async *#pages(
    partitions: readonly number[],
    read: (partition: number, page: PageOptions) => Promise<StorePage>,
  ): AsyncGenerator<StoreEntry> {
    for (const partition of partitions) {
      let after: string | null = null;
      do {
        const options: PageOptions = { limit: PAGE_ENTRIES, stale: this.#stale, ...(after === null ? {} : { after }) };
        const page = await read(partition, options);
        yield* page.entries;
        after = page.next;
      } while (after !== null);
    }
  }
}

function keyValueStore<K, V>(here: StoreHere): ReadOnlyKeyValueStore<K, V> {
  const range = (from: K | null, to: K | null, reverse: boolean): StoreEntries<K, V> =>
    here.entries({ kind: 'keys', keys: here.keys(from, to).keys }, reverse) as StoreEntries<K, V>;
  return {
    kind: 'keyValue',
    get: async key => ((await here.entry(key))?.value ?? null) as V | null,
    range: (from, to) => range(from, to, false),
    reverseRange: (from, to) => range(from, to, true),
    all: () => range(null, null, false),
    reverseAll: () => range(null, null, true),
    prefixScan(prefix, prefixSerde) {
      const keys = prefixRange(prefixSerde.serialize(prefix));
      return here.entries({ kind: 'keys', keys }, false) as StoreEntries<K, V>;
    },
  };
}

function versionedStore<K, V>(here: StoreHere): ReadOnlyVersionedKeyValueStore<K, V> {
  type Entry = VersionEntry<K, V>;
  const versions = (key: K, from: number, to: number, reverse: boolean): AsyncIterable<Entry> =>
    here.versions(here.keyOf(key), from, to, reverse) as AsyncGenerator<StoreEntry> as AsyncIterable<Entry>;
  return {
    kind: 'versionedKeyValue',
    get: async (key, asOfTimestamp = END_OF_TIME) => (await here.entry(key, asOfTimestamp)) as Entry | null,
    versions: (key, from = 0, to = END_OF_TIME) => versions(key, from, to, false),
    backwardVersions: (key, from = 0, to = END_OF_TIME) => versions(key, from, to, true),
  };
}

/** The arguments of `fetch` and `findSessions`: a key, or two keys, before two times. */
type KeysAndTimes<K> = readonly [key: K, a: number, b: number] | readonly [K | null, K | null, a: number, b: number];

function keysAndTimes<K>(here: StoreHere, asked: KeysAndTimes<K>): readonly [KeysOfRange, number, number] {
  if (asked.length === 3) return [{ key: here.keyOf(asked[0]) }, asked[1], asked[2]];
  return [here.keys(asked[0], asked[1]), asked[2], asked[3]];
}

function windowStore<K, V>(here: StoreHere): ReadOnlyWindowStore<K, V> {
  const fetch = (keys: KeysOfRange, from: number, to: number, reverse: boolean): WindowedEntries<K, V> =>
    here.entries({ kind: 'windows', ...keys, from, to }, reverse) as WindowedEntries<K, V>;
  const one = async (key: K, start: number): Promise<V | null> => {
    for await (const { value } of fetch({ key: here.keyOf(key) }, start, start, true)) return value;
    return null;
  };
  const all: KeysOfRange = { key: undefined };
  return {
    kind: 'window',
    fetch: ((...asked: readonly [K, number] | KeysAndTimes<K>) =>
      asked.length === 2 ? one(...asked) : fetch(...keysAndTimes(here, asked), false)) as ReadOnlyWindowStore<
      K,
      V
    >['fetch'],
    backwardFetch: (...asked: KeysAndTimes<K>) => fetch(...keysAndTimes(here, asked), true),
    fetchAll: (from, to) => fetch(all, from, to, false),
    backwardFetchAll: (from, to) => fetch(all, from, to, true),
    all: () => fetch(all, 0, END_OF_TIME, false),
    backwardAll: () => fetch(all, 0, END_OF_TIME, true),
  };
}

function sessionStore<K, V>(here: StoreHere): ReadOnlySessionStore<K, V> {
  const find = (keys: KeysOfRange, earliestEnd: number, latestStart: number, reverse: boolean): WindowedEntries<K, V> =>
    here.entries({ kind: 'sessions', ...keys, earliestEnd, latestStart }, reverse) as WindowedEntries<K, V>;
  const fetch = (asked: readonly [K] | readonly [K | null, K | null], reverse: boolean): WindowedEntries<K, V> => {
    const keys = asked.length === 1 ? { key: here.keyOf(asked[0]) } : here.keys(...asked);
    return find(keys, 0, END_OF_TIME, reverse);
  };
  return {
    kind: 'session',
    async fetchSession(key, start, end) {
      for await (const { window, value } of find({ key: here.keyOf(key) }, end, start, false)) {
        if (window.end > end) return null;
        if (window.start === start) return value;
      }
      return null;
    },
    findSessions: (...asked: KeysAndTimes<K>) => find(...keysAndTimes(here, asked), false),
    backwardFindSessions: (...asked: KeysAndTimes<K>) => find(...keysAndTimes(here, asked), true),
    fetch: (...asked: readonly [K] | readonly [K | null, K | null]) => fetch(asked, false),
    backwardFetch: (...asked: readonly [K] | readonly [K | null, K | null]) => fetch(asked, true),
  };
}
