import { type StateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { partitionFor } from '../../kafka/partitioner.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import { taskId } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import { keyRange, keysOfText, prefixBytes } from './key-ranges.js';
import { LocalStores, type LocalStoresOptions } from './local-stores.js';
import { checkVersioned, type QueryableStore, queryableStores, stateKeyOf, stateKeyOfText } from './queryable-store.js';
import type { StoreDescription, StoreOwner, StoreReplicas } from './store-description.js';
import type { KeysOfRange, PageOptions, StoreEntry, StorePage, StoreRange } from './store-entry.js';
import type { StoreOwners } from './store-owners.js';
import { readEntry, readPage } from './store-page.js';
import { readVersions, type VersionedPartition, versionAsOf, versionedPartition } from './versions.js';

/** @internal */
export interface InteractiveQueriesOptions extends LocalStoresOptions {
  /** undefined before the cluster is known. */
  readonly plan: () => TopologyPlan | undefined;
  readonly owners: StoreOwners;
}

/** A key, or the keys from `keyFrom` to `keyTo`, both included, in the order of their bytes. Default: all keys. */
export interface AskedKeys {
  readonly key?: string;
  readonly keyFrom?: string;
  readonly keyTo?: string;
}

/**
 * Reads the stores of the application while it runs (Java: interactive queries). Only committed data is read: an answer
 * never contains what a crash may still undo. If a query can't be answered, each method rejects with, or throws, an
 * InvalidStateStoreError with the reason.
 */
export class InteractiveQueries {
  readonly #options: InteractiveQueriesOptions;
  /** @internal */
  readonly local: LocalStores;

  /** @internal */
  constructor(options: InteractiveQueriesOptions) {
    this.#options = options;
    this.local = new LocalStores(options);
  }

  /** None before the cluster is known. */
  get stores(): readonly StoreDescription[] {
    const plan = this.#options.plan();
    if (plan === undefined) return [];
    return [...queryableStores(plan).values()].map(store => ({
      name: store.spec.name,
      kind: store.query.kind,
      ...(store.query.kind === 'window' ? { windowSizeMs: store.query.sizeMs } : {}),
      ...(store.spec.history === undefined ? {} : { historyRetentionMs: store.spec.history.kind.retentionMs }),
      partitions: store.partitions,
      local: this.local.partitions(store, false),
    }));
  }

  /** Throws if the topology has no such store. */
  store(name: string): QueryableStore {
    const plan = this.#options.plan();
    if (plan === undefined) throw new InvalidStateStoreError('NOT_HERE', 'the application has not met its cluster yet');
    const store = queryableStores(plan).get(name);
    if (store === undefined) throw new InvalidStateStoreError('UNKNOWN_STORE', `there is no store ${name} to query`);
    return store;
  }

  /** Throws if the text is no key of the store, or if its keys have no prefix that is text. */
  checkKey(name: string, text: string, is: 'key' | 'prefix'): void {
    const store = this.store(name);
    if (is === 'key') stateKeyOfText(store, text);
    else prefixBytes(store, text);
  }

  /**
   * The partition of a key that is given as text (`Serde.fromText`). Throws if a partitioner of the topology has chosen
   * it.
   */
  partitionOf(name: string, keyText: string): number {
    const store = this.store(name);
    const [partition, ...others] = this.partitionsOfKey(store, stateKeyOfText(store, keyText));
    if (partition !== undefined && others.length === 0) return partition;
    const reason = `a partitioner has chosen the partition of a key of store ${name}: read a range of keys`;
    throw new InvalidStateStoreError('BAD_KEY', reason);
  }

  /** If the partition is not here, looks it up in the announcements of the processes. */
  async ownerOf(name: string, partition: number): Promise<StoreOwner> {
    const store = this.store(name);
    if (store.subTopology === undefined) return { kind: this.local.has(store, partition, false) ? 'local' : 'unknown' };
    if (this.local.has(store, partition, false)) return { kind: 'local' };
    const host = await this.#options.owners.hostOf(taskId(store.subTopology, partition));
    return host === undefined ? { kind: 'unknown' } : { kind: 'remote', host };
  }

  /** The same for a query that accepts stale data (Java: `enableStaleStores`). */
  async replicasOf(name: string, partition: number): Promise<StoreReplicas> {
    const store = this.store(name);
    if (this.local.has(store, partition, false)) return { here: 'active', hosts: [] };
    if (store.subTopology === undefined) return { here: 'nothing', hosts: [] };
    const id = taskId(store.subTopology, partition);
    const { owners, staleState } = this.#options;
    if (staleState(id) !== undefined) return { here: 'stale', hosts: [] };
    const active = await owners.hostOf(id);
    const hosts = [...(active === undefined ? [] : [active]), ...(await owners.standbyHostsOf(id))];
    return { here: 'nothing', hosts: [...new Set(hosts)] };
  }

  /** The entry of a key-value store in a partition that is here. null if there is none. `stale`: as in PageOptions. */
  async get(name: string, partition: number, keyText: string, stale = false): Promise<StoreEntry | null> {
    const store = this.#ofKind(name, 'keyValue');
    const key = stateKeyOfText(store, keyText);
    return await this.local.read(store, partition, stale, committed => readEntry(committed, key));
  }

  /**
   * The version of a key of a versioned store that was valid at `time`, in a partition that is here (KIP-960). null if
   * there was none, or if the time is before the history.
   */
  async getAsOf(
    name: string,
    partition: number,
    keyText: string,
    time: number,
    stale = false,
  ): Promise<StoreEntry | null> {
    const store = this.#ofKind(name, 'keyValue');
    const key = stateKeyOfText(store, keyText);
    return await this.#readVersioned(store, partition, stale, versions => versionAsOf(versions, key, time));
  }

  /**
   * The versions of a key of a versioned store that were valid at some time from `from` to `to`, both included, by their
   * timestamps (KIP-968). Deletions are not among them.
   */
  async versions(
    name: string,
    partition: number,
    keyText: string,
    { from = 0, to = Number.MAX_SAFE_INTEGER }: { readonly from?: number; readonly to?: number },
    page: PageOptions,
  ): Promise<StorePage> {
    const store = this.#ofKind(name, 'keyValue');
    return await this.versionsOf(store, partition, stateKeyOfText(store, keyText), { from, to }, page);
  }

  /**
   * Entries of a key-value store in a partition that is here, from key to key, both included, or with keys that begin
   * with the text `prefix`. Only keys that are stored as their text have a prefix.
   */
  async range(
    name: string,
    partition: number,
    keys: { readonly from?: string; readonly to?: string; readonly prefix?: string },
    page: PageOptions,
  ): Promise<StorePage> {
    const store = this.#ofKind(name, 'keyValue');
    return await this.page(store, partition, { kind: 'keys', keys: keysOfText(store, keys) }, page);
  }

  /** Windows that start from `from` to `to`, both included, in a partition that is here. */
  async windows(
    name: string,
    partition: number,
    asked: AskedKeys & { readonly from?: number; readonly to?: number },
    page: PageOptions,
  ): Promise<StorePage> {
    const { from = 0, to = Number.MAX_SAFE_INTEGER } = asked;
    const store = this.#ofKind(name, 'window');
    return await this.page(store, partition, { kind: 'windows', ...rangeOf(store, asked), from, to }, page);
  }

  /**
   * Sessions that end at `earliestEnd` or later and start at `latestStart` or earlier, in a partition that is here.
   * Default: all.
   */
  async sessions(
    name: string,
    partition: number,
    asked: AskedKeys & { readonly earliestEnd?: number; readonly latestStart?: number },
    page: PageOptions,
  ): Promise<StorePage> {
    const { earliestEnd = 0, latestStart = Number.MAX_SAFE_INTEGER } = asked;
    const store = this.#ofKind(name, 'session');
    const range: StoreRange = { kind: 'sessions', ...rangeOf(store, asked), earliestEnd, latestStart };
    return await this.page(store, partition, range, page);
  }

  /** @internal */
  async page(store: QueryableStore, partition: number, range: StoreRange, options: PageOptions): Promise<StorePage> {
    const { stale = false } = options;
    return await this.local.read(store, partition, stale, committed => readPage(committed, range, options));
  }

  /** @internal */
  async versionsOf(
    store: QueryableStore,
    partition: number,
    key: StateKey,
    times: { readonly from: number; readonly to: number },
    page: PageOptions,
  ): Promise<StorePage> {
    const { stale = false } = page;
    return await this.#readVersioned(store, partition, stale, versions => readVersions(versions, key, times, page));
  }

  /** @internal `time`: of a versioned store, the time at which the entry was valid. */
  async entry(store: QueryableStore, key: unknown, stale: boolean, time?: number): Promise<StoreEntry | null> {
    const stateKey = stateKeyOf(store, key);
    for (const partition of this.partitionsOfKey(store, stateKey)) {
      const entry = await (time === undefined
        ? this.local.read(store, partition, stale, committed => readEntry(committed, stateKey))
        : this.#readVersioned(store, partition, stale, versions => versionAsOf(versions, stateKey, time)));
      if (entry !== null) return entry;
    }
    return null;
  }

  #ofKind(name: string, kind: StoreDescription['kind']): QueryableStore {
    const store = this.store(name);
    if (store.query.kind !== kind) {
      throw new InvalidStateStoreError('WRONG_KIND', `store ${name} is of kind ${store.query.kind}`);
    }
    return store;
  }

  async #readVersioned<T>(
    store: QueryableStore,
    partition: number,
    stale: boolean,
    read: (versions: VersionedPartition) => T,
  ): Promise<T> {
    checkVersioned(store);
    return await this.local.read(store, partition, stale, committed => read(versionedPartition(committed)));
  }

  /** @internal The partitions that may have the key. */
  partitionsOfKey({ partitions, isPartitionedByKey }: QueryableStore, key: StateKey): readonly number[] {
    if (isPartitionedByKey) return [partitionFor(stateKeyBytes(key), partitions)];
    return Array.from({ length: partitions }, (_, partition) => partition);
  }
}

function rangeOf(store: QueryableStore, { key, keyFrom, keyTo }: AskedKeys): KeysOfRange {
  if (key !== undefined) return { key: stateKeyOfText(store, key) };
  const bound = (text: string | undefined): StateKey | null =>
    text === undefined ? null : stateKeyOfText(store, text);
  return { key: undefined, keys: keyRange(bound(keyFrom), bound(keyTo)) };
}
