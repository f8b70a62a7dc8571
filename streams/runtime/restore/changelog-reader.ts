import type { RestoreBatch } from '../../../stores/bytes/restore-batch.js';
import type { Logger } from '../../kafka/logger.js';
import {
  type Clock,
  type Consumer,
  KafkaClientError,
  type PartitionOffsets,
  type PolledBatch,
} from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';
import { PollSize } from '../input/poll-size.js';
import { type ChangelogBatch, ChangelogBatches } from './changelog-batches.js';
import type { ChangelogEnds } from './changelog-ends.js';
import { type ChangelogPartition, putRows, unusableBecause } from './changelog-partition.js';
import { isDone, isRestore, type Reading, Readings } from './readings.js';

export interface RestoreProgress {
  /** `global` for a global store. */
  readonly taskId: string;
  readonly store: string;
  /** Records of this batch, and of all batches since the restore began. */
  readonly batch: number;
  readonly records: number;
  /** Offsets that are still to be read. */
  readonly remaining: number;
}

type Batches = ChangelogBatches<Reading, RestoreBatch>;

/** Small, so that fetching, applying and writing overlap. */
const MAX_POLL_RECORDS = 1000;
const MAX_POLL_BYTES = 8 * 1024 * 1024;
/** Of the offsets of one changelog. Each waits up to 5 s. */
const MAX_REQUESTS = 6;

/**
 * Brings stores up to the end of their changelogs, in the background and for several tasks at the same time, and keeps
 * standbys up to date (Java: `StoreChangelogReader`). Standbys wait while a task is restored.
 */
export class ChangelogReader {
  readonly #consumer: Consumer;
  readonly #ends: ChangelogEnds;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onProgress: (progress: RestoreProgress) => void;
  readonly #readings = new Readings();
  readonly #pollSize = new PollSize(MAX_POLL_RECORDS, MAX_POLL_BYTES);
  #reading: Promise<void> = Promise.resolve();
  #stopping = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: {
    readonly consumer: Consumer;
    readonly ends: ChangelogEnds;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Called for restores, not for followed changelogs. */
    readonly onProgress: (progress: RestoreProgress) => void;
  }) {
    this.#consumer = options.consumer;
    this.#ends = options.ends;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#onProgress = options.onProgress;
  }

  /** True if a store of the task is not restored yet. Throws the error of the reading. */
  isRestoring(taskId: string): boolean {
    this.check();
    return this.#readings.ofTask(taskId).some(isRestore);
  }

  /** Throws the error of the reading, if it has failed. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** By store of a task in this reader: the offset of the next record. */
  positions(taskId: string): ReadonlyMap<string, number> {
    return new Map(this.#readings.ofTask(taskId).map(({ store, position }) => [store, position]));
  }

  /**
   * Begins to restore a task. The group's committed offsets must have been fetched before: they are stable, so
   * everything that was committed with them is below the end that is requested here. A store whose rows on disk can't
   * be continued from their offset is read from the beginning. The other stores of its task are left as they are.
   */
  async restore(changelogs: readonly ChangelogPartition[]): Promise<void> {
    const begun: Reading[] = [];
    for (const changelog of changelogs) begun.push(await this.#begin(changelog));
    await this.whilePaused(async () => {
      for (const changelog of begun) {
        if (!isDone(changelog)) {
          this.#readings.add(changelog);
          continue;
        }
        // There is nothing to read. The next start needs to know that.
        const { state, store, taskId, position, begunAt } = changelog;
        if (state.changelogOffset(store) === undefined) await state.restoring(store).write(position, begunAt);
        this.#onProgress({ taskId, store, batch: 0, records: 0, remaining: 0 });
      }
    });
  }

  /** Begins to follow the changelogs of a standby, until it is removed. */
  async follow(changelogs: readonly ChangelogPartition[]): Promise<void> {
    const begun: Reading[] = [];
    for (const changelog of changelogs) begun.push({ ...(await this.#begin(changelog)), target: undefined });
    await this.whilePaused(async () => {
      for (const changelog of begun) this.#readings.add(changelog);
    });
  }

  async #begin(changelog: ChangelogPartition): Promise<Reading> {
    const { state, store, taskId, topic, partition } = changelog;
    // The clock is read first: the end that is requested next covers everything written by then.
    const begunAt = this.#clock.now();
    const offsets = await this.#offsetsOf(changelog);
    const reason = unusableBecause(changelog, offsets, begunAt);
    if (reason !== undefined) {
      this.#logger.warn(`task ${taskId}: its store ${store} is rebuilt from ${topic}-${partition}: ${reason}`);
    }
    if (reason !== undefined || state.changelogOffset(store) === undefined) await state.discard(store);
    const position = state.changelogOffset(store) ?? offsets.low;
    const asOf = state.asOf(store) ?? begunAt;
    return { ...changelog, position, target: offsets.high, begunAt, asOf, records: 0 };
  }

  /**
   * A cluster that does not answer in time is asked again (Java: `task.timeout.ms`). If this worker gave up, the next
   * one would ask a cluster that is slow already for all of them again.
   */
  async #offsetsOf(changelog: TopicPartition): Promise<PartitionOffsets> {
    for (let request = 1; ; request++) {
      try {
        return await this.#ends.range(changelog);
      } catch (error) {
        if (!(error instanceof KafkaClientError && error.isUnanswered) || request === MAX_REQUESTS) throw error;
        this.#logger.warn(`${error.message}: asking again`);
      }
    }
  }

  /** Stops reading for these tasks, and gives up their states. */
  async remove(taskIds: ReadonlySet<string>): Promise<void> {
    if (!this.#readings.all.some(({ taskId }) => taskIds.has(taskId))) return;
    await this.whilePaused(async () => this.#readings.remove(({ taskId }) => taskIds.has(taskId)));
  }

  /** No state is written while `work` runs. */
  async whilePaused(work: () => Promise<void>): Promise<void> {
    await this.#stop();
    try {
      await work();
    } finally {
      this.#reading = this.#read();
    }
  }

  /** Stops reading for all tasks. */
  async close(): Promise<void> {
    await this.#stop();
    this.#readings.clear();
    this.#failure = undefined;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    await this.#reading;
    this.#stopping = false;
  }

  async #read(): Promise<void> {
    if (this.#readings.isEmpty || this.#failure !== undefined) return;
    try {
      while (!this.#readings.isEmpty && !this.#stopping) await this.#readAssigned();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#consumer.unassign();
    }
  }

  /** Reads until it is stopped, or until other partitions must be read. Then everything that was read is written. */
  async #readAssigned(): Promise<void> {
    const restores = this.#readings.all.some(isRestore);
    this.#consumer.assign(this.#readings.assignment);
    const batches: Batches = new ChangelogBatches(
      ({ state, store }) => state.restoring(store),
      (changelog, batch) => this.#apply(changelog, batch),
    );
    let polling: Promise<PolledBatch> | undefined = this.#poll();
    try {
      while (polling !== undefined) {
        const polled: PolledBatch = await polling;
        this.#pollSize.polled(polled.records);
        // The next records are fetched while this thread applies these. Near the end the poll might wait for records
        // that never come.
        polling = !this.#stopping && this.#readings.all.some(isFar) ? this.#poll() : undefined;
        this.#take(polled, batches);
        const left = this.#readings.all.filter(changelog => !isDone(changelog));
        const goesOn = !this.#stopping && left.length > 0 && left.some(isRestore) === restores;
        if (goesOn) polling ??= this.#poll();
        await batches.write();
      }
      await batches.settle();
    } finally {
      // A poll that is left in flight would take the first records of the next assignment.
      await polling?.catch(() => {});
      await batches.settle().catch(() => {});
    }
  }

  #poll(): Promise<PolledBatch> {
    const polling = this.#consumer.poll(this.#pollSize.records);
    // A rejection surfaces at the await.
    polling.catch(() => {});
    return polling;
  }

  /**
   * Distributes the records to their changelogs. A changelog that was done before takes no more records: its state
   * belongs to its task after the last batch is written.
   */
  #take({ records, ends }: PolledBatch, batches: Batches): void {
    const done = new Set(this.#readings.all.filter(isDone));
    const readingOf = (partition: TopicPartition): readonly Reading[] =>
      this.#readings.of(partition).filter(changelog => !done.has(changelog));
    let of: TopicPartition | undefined;
    let changelogs: readonly Reading[] = [];
    for (const record of records) {
      if (of?.partition !== record.partition || of.topic !== record.topic) {
        of = record;
        changelogs = readingOf(record);
      }
      for (const changelog of changelogs) {
        if (record.offset < changelog.position) continue;
        changelog.position = record.offset + 1;
        const batch = batches.of(changelog);
        batch.position = changelog.position;
        batch.asOf = changelog.asOf;
        if (putRows(changelog, record, batch.writes)) batch.records++;
      }
    }
    // Transaction markers at the end and compacted records never arrive as records. Only the reported end shows that
    // they are passed.
    for (const end of ends) {
      for (const changelog of readingOf(end)) {
        if (end.offset > changelog.position) changelog.position = end.offset;
        // A followed changelog is up to date here.
        if (changelog.target === undefined) changelog.asOf = this.#clock.now();
        const batch = isDone(changelog) ? batches.of(changelog) : batches.waiting(changelog);
        if (batch === undefined) continue;
        batch.position = changelog.position;
        batch.asOf = changelog.asOf;
      }
    }
  }

  /** Writes a batch, with the offset that it reaches. */
  async #apply(changelog: Reading, batch: ChangelogBatch<RestoreBatch>): Promise<void> {
    const { taskId, store, target } = changelog;
    const { records, writes, position } = batch;
    const remaining = Math.max(0, (target ?? position) - position);
    // A restore that ends early leaves the age of the store as it was. Only a complete restore has missed nothing up to
    // its beginning.
    await writes.write(position, target !== undefined && remaining === 0 ? changelog.begunAt : batch.asOf);
    if (target === undefined) return;
    changelog.records += records;
    this.#onProgress({ taskId, store, batch: records, records: changelog.records, remaining });
    if (remaining === 0) this.#readings.remove(reading => reading === changelog);
  }
}

/** True if the next polls do not reach the end, unless compaction has left few records before it. */
function isFar({ position, target }: Reading): boolean {
  return target !== undefined && target - position > 2 * MAX_POLL_RECORDS;
}
