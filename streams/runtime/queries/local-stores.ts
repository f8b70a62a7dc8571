import type { TaskState } from '../../../stores/bytes/task-state.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import { taskId } from '../plan/planned-task.js';
import type { Task } from '../task/task.js';
import { type CommittedStore, committedStore } from './committed-store.js';
import type { QueryableStore } from './queryable-store.js';

export interface LocalStoresOptions {
  /** The tasks that run here. */
  readonly tasks: () => readonly Task[];
  /** A global store of this process. undefined if it has none, or is restoring it. */
  readonly globalState: (store: string) => TaskState | undefined;
  /** The state of a task that does not run here, if this process has a standby of it or is restoring it. */
  readonly staleState: (taskId: string) => TaskState | undefined;
}

/** The partitions of stores that this process has. */
export class LocalStores {
  readonly #options: LocalStoresOptions;

  constructor(options: LocalStoresOptions) {
    this.#options = options;
  }

  /** The partitions that are here; with `stale`, those of standbys too. */
  partitions(store: QueryableStore, stale: boolean): readonly number[] {
    const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
    return partitions.filter(partition => this.has(store, partition, stale));
  }

  has(store: QueryableStore, partition: number, stale: boolean): boolean {
    return this.#state(store, partition, stale) !== undefined;
  }

  /** Rejects with an InvalidStateStoreError if the partition is not here, or moves away during the read. */
  async read<T>(
    store: QueryableStore,
    partition: number,
    stale: boolean,
    read: (committed: CommittedStore) => T | Promise<T>,
  ): Promise<T> {
    const state = this.#state(store, partition, stale);
    if (state === undefined) throw notHere(store, partition);
    try {
      return await read(committedStore(store, partition, state));
    } catch (error) {
      // The task moved away during the read, and its database is closed.
      if (!(error instanceof InvalidStateStoreError) && this.#state(store, partition, stale) !== state) {
        throw notHere(store, partition, error);
      }
      throw error;
    }
  }

  #state({ spec, subTopology }: QueryableStore, partition: number, stale: boolean): TaskState | undefined {
    const { globalState, staleState, tasks } = this.#options;
    if (subTopology === undefined) return globalState(spec.name);
    const id = taskId(subTopology, partition);
    const state = tasks().find(task => task.id === id)?.state;
    return state === undefined && stale ? staleState(id) : state;
  }
}

export function notHere({ spec }: QueryableStore, partition: number, cause?: unknown): InvalidStateStoreError {
  return new InvalidStateStoreError('NOT_HERE', `partition ${partition} of store ${spec.name} is not here`, { cause });
}
