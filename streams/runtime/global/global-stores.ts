import { dueToPersist, type PersistPolicy } from '../../../stores/bytes/persist-policy.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock, Consumer, PolledBatch, UnreadableBatch } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import { PollSize } from '../input/poll-size.js';
import type { PlannedGlobalStore } from '../plan/task-plan.js';
import type { TableView } from '../processors/site.js';
import type { OpenStore } from '../processors/user/open-store.js';
import type { RestoreProgress } from '../restore/changelog-reader.js';
import type { GlobalStoreStatus } from '../status/process-status.js';
import { GLOBAL_TASK } from './global-errors.js';
import type { GlobalStore } from './global-store.js';
import { type OpenOptions, openGlobalStore } from './open-global-store.js';

const MAX_POLL_RECORDS = 1000;
const MAX_POLL_BYTES = 8 * 1024 * 1024;

/** After a crash at most this much of the topics is read again. */
const PERSIST_POLICY: PersistPolicy = {
  maxBytes: 16_000_000,
  maxReplayBytes: 32_000_000,
  maxAgeMs: 5000,
  cheapAgeMs: 5000,
};

export interface GlobalStoresOptions extends Omit<OpenOptions, 'consumer'> {
  readonly planned: readonly PlannedGlobalStore[];
  /** A consumer without a group. It is made only if there are global stores. */
  readonly consumer: () => Consumer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/**
 * The global stores of a process (Java: `GlobalStreamThread`, `GlobalStateManager`). They are restored before a task
 * runs, then records are applied as soon as they are polled, whatever the transactions of the tasks do.
 */
export class GlobalStores {
  readonly #options: GlobalStoresOptions;
  readonly #pollSize = new PollSize(MAX_POLL_RECORDS, MAX_POLL_BYTES);
  #consumer: Consumer | undefined;
  /** By topic. */
  readonly #stores = new Map<string, GlobalStore>();
  #following: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #closing = false;

  constructor(options: GlobalStoresOptions) {
    this.#options = options;
  }

  /** Opens the stores, and rebuilds those that can't be continued. `restore` must follow. */
  async open(): Promise<void> {
    const { planned, consumer: make, logger } = this.#options;
    if (planned.length === 0) return;
    const consumer = make();
    this.#consumer = consumer;
    await consumer.connect();
    for (const each of planned) {
      const store = await openGlobalStore(each, { ...this.#options, consumer });
      this.#stores.set(store.topic, store);
      const { remaining } = store.status;
      logger.info(`global store ${store.name}: ${remaining} offsets of ${store.topic} are to be read`);
    }
    consumer.assign(this.positions);
  }

  /** True if each store has everything that its topic had when it was opened. */
  get isRestored(): boolean {
    return this.#all.every(({ isRestored }) => isRestored);
  }

  /** Reads some records of the restore. Returns true if nothing is left to restore. */
  async restore(): Promise<boolean> {
    if (!this.isRestored) await this.#read();
    if (!this.isRestored) return false;
    const now = this.#options.clock.now();
    for (const store of this.#all) if (store.replayBytes > 0) await store.persist(now);
    return true;
  }

  /**
   * Goes on reading in the background, for as long as there are records. To be called again and again. Throws the error
   * of the reading.
   */
  follow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#stores.size === 0) return;
    this.#following ??= this.#readAvailable();
  }

  /** The rows of a global table, for the tasks. undefined if there is no such table. */
  view(name: string): TableView | undefined {
    return this.#all.find(store => store.name === name)?.view;
  }

  /** A store, for the processors of tasks. undefined if there is no such store. */
  opened(name: string): OpenStore | undefined {
    return this.#all.find(store => store.name === name)?.opened;
  }

  /** The bytes of a restored store, for queries. undefined if it is not here. */
  state(name: string): TaskState | undefined {
    return this.#all.find(store => store.name === name && store.isRestored)?.state;
  }

  /** The offset of the next record of each partition. */
  get positions(): readonly TopicPartitionOffset[] {
    return this.#all.flatMap(({ positions }) => positions);
  }

  get status(): readonly GlobalStoreStatus[] {
    return this.#all.map(({ status }) => status);
  }

  get unreadable(): readonly UnreadableBatch[] {
    return this.#consumer?.unreadable ?? [];
  }

  /** Writes to disk what is applied. Rejects after everything is closed, with the error of one of them. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#following;
    const stores = this.#all;
    this.#stores.clear();
    const closing = [...stores.map(store => this.#closeStore(store)), this.#consumer?.close()];
    const failed = (await Promise.allSettled(closing)).find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #closeStore(store: GlobalStore): Promise<void> {
    try {
      store.close();
      if (store.replayBytes > 0) await store.persist(this.#options.clock.now());
    } finally {
      await store.state.close();
    }
  }

  get #all(): readonly GlobalStore[] {
    return [...this.#stores.values()];
  }

  async #readAvailable(): Promise<void> {
    try {
      while (!this.#closing && (await this.#read()) > 0);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#following = undefined;
    }
  }

  /** Polls once and applies the records. Returns their number. */
  async #read(): Promise<number> {
    if (this.#consumer === undefined) return 0;
    const batch = await this.#consumer.poll(this.#pollSize.records);
    this.#pollSize.polled(batch.records);
    this.#apply(batch);
    const now = this.#options.clock.now();
    // The consumer fetches ahead meanwhile, within its own bound.
    for (const store of dueToPersist(this.#all, now, PERSIST_POLICY)) await store.persist(now);
    return batch.records.length;
  }

  #apply({ records, ends }: PolledBatch): void {
    const restoring = this.#all.filter(({ isRestored }) => !isRestored).map(store => [store, store.status] as const);
    for (const record of records) this.#stores.get(record.topic)?.apply(record);
    for (const end of ends) this.#stores.get(end.topic)?.reachedEnd(end);
    const now = this.#options.clock.now();
    for (const store of this.#all) store.applied(now);
    for (const [store, before] of restoring) {
      const { records: all, remaining } = store.status;
      const batch = all - before.records;
      this.#options.onProgress({ taskId: GLOBAL_TASK, store: store.name, batch, records: all, remaining });
    }
  }
}
