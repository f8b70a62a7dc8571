import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import { type StateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { partitionFor } from '../../kafka/partitioner.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import { taskId } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import type { Task } from '../task/task.js';
import { type QueryableStore, queryableStores, stateKeyOf, stateKeyOfText } from './queryable-store.js';
import type { StoreOwners } from './store-owners.js';
import {
  type PageOptions,
  readEntry,
  readPage,
  type StoreEntry,
  type StorePage,
  type StoreRange,
} from './store-page.js';

/** A store, as queries see it. */
export interface StoreDescription {
  readonly name: string;
  readonly kind: 'keyValue' | 'window';
  /** Window stores only, milliseconds. */
  readonly windowSizeMs?: number;
  /** The number of its partitions, over all processes. */
  readonly partitions: number;
  /** The partitions that are at this process now. */
  readonly local: readonly number[];
}

/**
 * The process that has a partition of a store: this one, another one (`host:port`), or none while the partition moves.
 */
export type StoreOwner =
  | { readonly kind: 'local' }
  | { readonly kind: 'remote'; readonly host: string }
  | { readonly kind: 'unknown' };

/** The processes where a partition of a store can be read, if stale data is accepted. */
export interface StoreReplicas {
  /**
   * What this process has of the partition: the task itself, a standby or a task that is being restored, or nothing.
   */
  readonly here: 'active' | 'stale' | 'nothing';
  /**
   * If this process has nothing, `host:port` of others: first the process that runs the task, then those with standbys.
   */
  readonly hosts: readonly string[];
}

/** @internal */
export interface InteractiveQueriesOptions {
  /** undefined before the cluster is known. */
  readonly plan: () => TopologyPlan | undefined;
  /** The tasks that run here. */
  readonly tasks: () => readonly Task[];
  /** A global store of this process. undefined if it has none, or is restoring it. */
  readonly globalState: (store: string) => TaskState | undefined;
  /** The state of a task that does not run here, if this process has a standby of it or is restoring it. */
  readonly staleState: (taskId: string) => TaskState | undefined;
  readonly owners: StoreOwners;
}

/**
 * Reads the stores of the application while it runs (Java: interactive queries). Only committed data is read: an answer
 * never contains what a crash may still undo. If a query can't be answered, each method rejects with, or throws, an
 * InvalidStateStoreError with the reason.
 */
export class InteractiveQueries {
  readonly #options: InteractiveQueriesOptions;

  /** @internal */
  constructor(options: InteractiveQueriesOptions) {
    this.#options = options;
  }

  /** None before the cluster is known. */
  get stores(): readonly StoreDescription[] {
    const plan = this.#options.plan();
    if (plan === undefined) return [];
    return [...queryableStores(plan).values()].map(store => ({
      name: store.spec.name,
      kind: store.query.kind,
      ...(store.query.kind === 'window' ? { windowSizeMs: store.query.sizeMs } : {}),
      partitions: store.partitions,
      local: this.localPartitions(store, false),
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
    if (store.subTopology === undefined) return { kind: this.#isHere(store, partition) ? 'local' : 'unknown' };
    if (this.#isHere(store, partition)) return { kind: 'local' };
    const host = await this.#options.owners.hostOf(taskId(store.subTopology, partition));
    return host === undefined ? { kind: 'unknown' } : { kind: 'remote', host };
  }

  /** The same for a query that accepts stale data (Java: `enableStaleStores`). */
  async replicasOf(name: string, partition: number): Promise<StoreReplicas> {
    const store = this.store(name);
    if (this.#isHere(store, partition)) return { here: 'active', hosts: [] };
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
    const read = (bytes: ByteStore): StoreEntry | null => readEntry(store, bytes, stateKeyOfText(store, keyText));
    return await this.#reading(store, partition, stale, read);
  }

  /** Entries of a key-value store in a partition that is here, from key to key, both included. */
  async range(
    name: string,
    partition: number,
    keys: { readonly from?: string; readonly to?: string },
    page: PageOptions,
  ): Promise<StorePage> {
    const store = this.#ofKind(name, 'keyValue');
    const bound = (text: string | undefined): StateKey | undefined =>
      text === undefined ? undefined : stateKeyOfText(store, text);
    return await this.page(store, partition, { kind: 'keys', from: bound(keys.from), to: bound(keys.to) }, page);
  }

  /** Windows that start from `from` to `to`, both included, in a partition that is here: of one key, or of all keys. */
  async windows(
    name: string,
    partition: number,
    {
      key,
      from = 0,
      to = Number.MAX_SAFE_INTEGER,
    }: { readonly key?: string; readonly from?: number; readonly to?: number },
    page: PageOptions,
  ): Promise<StorePage> {
    const store = this.#ofKind(name, 'window');
    const stateKey = key === undefined ? undefined : stateKeyOfText(store, key);
    return await this.page(store, partition, { kind: 'windows', key: stateKey, from, to }, page);
  }

  /** @internal */
  async page(store: QueryableStore, partition: number, range: StoreRange, options: PageOptions): Promise<StorePage> {
    const { stale = false } = options;
    return await this.#reading(store, partition, stale, bytes => readPage(store, bytes, range, options));
  }

  /** @internal */
  async entry(store: QueryableStore, key: unknown, stale: boolean): Promise<StoreEntry | null> {
    const stateKey = stateKeyOf(store, key);
    for (const partition of this.partitionsOfKey(store, stateKey)) {
      const entry = await this.#reading(store, partition, stale, bytes => readEntry(store, bytes, stateKey));
      if (entry !== null) return entry;
    }
    return null;
  }

  /** @internal The partitions that are here; with `stale`, those of standbys too. */
  localPartitions(store: QueryableStore, stale: boolean): readonly number[] {
    const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
    return partitions.filter(partition => this.#state(store, partition, stale) !== undefined);
  }

  #ofKind(name: string, kind: StoreDescription['kind']): QueryableStore {
    const store = this.store(name);
    if (store.query.kind !== kind) {
      throw new InvalidStateStoreError('WRONG_KIND', `store ${name} is of kind ${store.query.kind}`);
    }
    return store;
  }

  /** @internal The partitions that may have the key. */
  partitionsOfKey({ partitions, isPartitionedByKey }: QueryableStore, key: StateKey): readonly number[] {
    if (isPartitionedByKey) return [partitionFor(stateKeyBytes(key), partitions)];
    return Array.from({ length: partitions }, (_, partition) => partition);
  }

  #isHere(store: QueryableStore, partition: number): boolean {
    return this.#state(store, partition, false) !== undefined;
  }

  #state({ spec, subTopology }: QueryableStore, partition: number, stale: boolean): TaskState | undefined {
    const { globalState, staleState, tasks } = this.#options;
    if (subTopology === undefined) return globalState(spec.name);
    const id = taskId(subTopology, partition);
    const state = tasks().find(task => task.id === id)?.state;
    return state === undefined && stale ? staleState(id) : state;
  }

  async #reading<T>(
    store: QueryableStore,
    partition: number,
    stale: boolean,
    read: (bytes: ByteStore) => T | Promise<T>,
  ): Promise<T> {
    const state = this.#state(store, partition, stale);
    if (state === undefined) throw notHere(store, partition);
    try {
      return await read(state.store(store.spec.name));
    } catch (error) {
      // The task moved away during the read, and its database is closed.
      if (!(error instanceof InvalidStateStoreError) && this.#state(store, partition, stale) !== state) {
        throw notHere(store, partition, error);
      }
      throw error;
    }
  }
}

function notHere({ spec }: QueryableStore, partition: number, cause?: unknown): InvalidStateStoreError {
  return new InvalidStateStoreError('NOT_HERE', `partition ${partition} of store ${spec.name} is not here`, { cause });
}
