import type { RestoreBatch } from '../../../stores/bytes/restore-batch.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock, Consumer, PolledBatch, Producer } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';
import { PollSize } from '../input/poll-size.js';
import { type ChangelogBatch, ChangelogBatches } from './changelog-batches.js';
import { type ChangelogPartition, putRows, unusableBecause } from './changelog-partition.js';

export interface RestoreProgress {
  readonly taskId: string;
  readonly store: string;
  /** Records of this batch, and of all since it began. */
  readonly batch: number;
  readonly records: number;
  /** Offsets that are still to be read. */
  readonly remaining: number;
}

interface Reading extends ChangelogPartition {
  /** Read up to here, not included; what is written lies behind. */
  position: number;
  /** Where the restore ends; undefined: it is followed for as long as it is there. */
  readonly target: number | undefined;
  readonly begunAt: number;
  /** Of what lies below the position (`TaskState.asOf`). */
  asOf: number;
  records: number;
}

type Batches = ChangelogBatches<Reading, RestoreBatch>;

/** Few, so that fetching, taking and writing go on side by side. */
const MAX_POLL_RECORDS = 1000;
const MAX_POLL_BYTES = 8 * 1024 * 1024;

/**
 * Brings stores up to the end of their changelogs, in the background, those of several tasks side by side, and keeps those of
 * standbys there (Java: `StoreChangelogReader`). While something is to be restored, standbys wait.
 */
export class ChangelogReader {
  readonly #consumer: Consumer;
  readonly #producer: Pick<Producer, 'watermarks'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onProgress: (progress: RestoreProgress) => void;
  /** By partition: where a topic has the records of several tasks, all of those that read it. */
  readonly #changelogs = new Map<string, Reading[]>();
  readonly #pollSize = new PollSize(MAX_POLL_RECORDS, MAX_POLL_BYTES);
  #reading: Promise<void> = Promise.resolve();
  #stopping = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: {
    readonly consumer: Consumer;
    /** Asked for the ends of the changelogs. */
    readonly producer: Pick<Producer, 'watermarks'>;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Called for what is restored, not for what is followed. */
    readonly onProgress: (progress: RestoreProgress) => void;
  }) {
    this.#consumer = options.consumer;
    this.#producer = options.producer;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#onProgress = options.onProgress;
  }

  /** True if something of the task is still to be restored. Throws what the reading has failed with. */
  isRestoring(taskId: string): boolean {
    this.check();
    return this.#all.some(changelog => changelog.taskId === taskId && changelog.target !== undefined);
  }

  /** Throws what the reading has failed with. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** By store of a task that is read: the offset of the next record. */
  positions(taskId: string): ReadonlyMap<string, number> {
    const ofTask = this.#all.filter(changelog => changelog.taskId === taskId);
    return new Map(ofTask.map(({ store, position }) => [store, position]));
  }

  /**
   * Begins to restore a task. The group's committed offsets must have been fetched before: they are stable, so
   * what was committed with them is below the high watermark that is taken here. The last stable offset would not do: a process that died
   * may have left a transaction open, and what others committed lies behind it. A store whose
   * rows on disk can't go on from their offset is read from the beginning; the others of its task are left as they are.
   */
  async restore(changelogs: readonly ChangelogPartition[]): Promise<void> {
    const begun: Reading[] = [];
    for (const changelog of changelogs) begun.push(await this.#begin(changelog));
    await this.whilePaused(async () => {
      for (const changelog of begun) {
        if (!isDone(changelog)) {
          this.#add(changelog);
          continue;
        }
        // There is nothing to read, and that is worth knowing at the next start.
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
      for (const changelog of begun) this.#add(changelog);
    });
  }

  async #begin(changelog: ChangelogPartition): Promise<Reading> {
    const { state, store, taskId } = changelog;
    // The clock first: the end that is asked for next has all that was written by then.
    const begunAt = this.#clock.now();
    const watermarks = await this.#producer.watermarks(changelog);
    const reason = unusableBecause(changelog, watermarks, begunAt);
    if (reason !== undefined) {
      this.#logger.warn(`task ${taskId}: its store ${store} is rebuilt from ${partitionId(changelog)}: ${reason}`);
    }
    if (reason !== undefined || state.changelogOffset(store) === undefined) await state.discard(store);
    const position = state.changelogOffset(store) ?? watermarks.low;
    const asOf = state.asOf(store) ?? begunAt;
    return { ...changelog, position, target: watermarks.high, begunAt, asOf, records: 0 };
  }

  /** Reads no more for these tasks: their states are nobody's from then on. */
  async remove(taskIds: ReadonlySet<string>): Promise<void> {
    if (!this.#all.some(({ taskId }) => taskIds.has(taskId))) return;
    await this.whilePaused(async () => this.#removeAll(({ taskId }) => taskIds.has(taskId)));
  }

  /** No state is written while `work` is done. */
  async whilePaused(work: () => Promise<void>): Promise<void> {
    await this.#stop();
    try {
      await work();
    } finally {
      this.#reading = this.#read();
    }
  }

  /** Reads no more for any task. */
  async close(): Promise<void> {
    await this.#stop();
    this.#changelogs.clear();
    this.#failure = undefined;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    await this.#reading;
    this.#stopping = false;
  }

  get #all(): readonly Reading[] {
    return [...this.#changelogs.values()].flat();
  }

  #add(changelog: Reading): void {
    const id = partitionId(changelog);
    this.#changelogs.set(id, [...(this.#changelogs.get(id) ?? []), changelog]);
  }

  #removeAll(isRemoved: (changelog: Reading) => boolean): void {
    for (const [id, all] of this.#changelogs) {
      const kept = all.filter(changelog => !isRemoved(changelog));
      if (kept.length === 0) this.#changelogs.delete(id);
      else this.#changelogs.set(id, kept);
    }
  }

  async #read(): Promise<void> {
    if (this.#changelogs.size === 0 || this.#failure !== undefined) return;
    try {
      while (this.#changelogs.size > 0 && !this.#stopping) await this.#readAssigned();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#consumer.unassign();
    }
  }

  /** Until it is to stop, or something else is to be read. Then all that was read is written. */
  async #readAssigned(): Promise<void> {
    const restores = this.#all.some(isRestore);
    this.#assign(restores);
    const batches: Batches = new ChangelogBatches(
      ({ state, store }) => state.restoring(store),
      (changelog, batch) => this.#apply(changelog, batch),
    );
    let polling: Promise<PolledBatch> | undefined = this.#poll();
    try {
      while (polling !== undefined) {
        const polled: PolledBatch = await polling;
        this.#pollSize.polled(polled.records);
        // What comes next is gathered while this thread is busy with what came. Near the end it might wait for what never comes.
        polling = !this.#stopping && this.#all.some(isFar) ? this.#poll() : undefined;
        this.#take(polled, batches);
        const left = this.#all.filter(changelog => !isDone(changelog));
        const goesOn = !this.#stopping && left.length > 0 && left.some(isRestore) === restores;
        if (goesOn) polling ??= this.#poll();
        await batches.write();
      }
      await batches.settle();
    } finally {
      // Left behind, it would take the first records of the next assignment.
      await polling?.catch(() => {});
      await batches.settle().catch(() => {});
    }
  }

  #poll(): Promise<PolledBatch> {
    const polling = this.#consumer.poll(this.#pollSize.records);
    // A failure is met where it is awaited.
    polling.catch(() => {});
    return polling;
  }

  /** Sorts by changelog what came. One that was done before takes nothing more: its state is its task's when the last batch is written. */
  #take({ records, ends }: PolledBatch, batches: Batches): void {
    const done = new Set(this.#all.filter(isDone));
    const readingOf = (partition: TopicPartition): readonly Reading[] =>
      (this.#changelogs.get(partitionId(partition)) ?? []).filter(changelog => !done.has(changelog));
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
    // Neither markers at the end nor what compaction took ever come as records: the end reached tells of them.
    for (const end of ends) {
      for (const changelog of readingOf(end)) {
        if (end.offset > changelog.position) changelog.position = end.offset;
        // What is followed is level with its changelog here.
        if (changelog.target === undefined) changelog.asOf = this.#clock.now();
        const batch = isDone(changelog) ? batches.of(changelog) : batches.waiting(changelog);
        if (batch === undefined) continue;
        batch.position = changelog.position;
        batch.asOf = changelog.asOf;
      }
    }
  }

  /** Writes what came, and how far all was read. */
  async #apply(changelog: Reading, batch: ChangelogBatch<RestoreBatch>): Promise<void> {
    const { taskId, store, target } = changelog;
    const { records, writes, position } = batch;
    const remaining = Math.max(0, (target ?? position) - position);
    // A restore that ends early leaves the age that the store had: only at the end is nothing missed up to its begin.
    await writes.write(position, target !== undefined && remaining === 0 ? changelog.begunAt : batch.asOf);
    if (target === undefined) return;
    changelog.records += records;
    this.#onProgress({ taskId, store, batch: records, records: changelog.records, remaining });
    if (remaining === 0) this.#removeAll(reading => reading === changelog);
  }

  /** Each partition from where the one is that is furthest behind. */
  #assign(restores: boolean): void {
    const read = [...this.#changelogs.values()].filter(all => !restores || all.some(isRestore));
    const partitions = read.flatMap(all =>
      all.slice(0, 1).map(({ topic, partition }) => ({
        topic,
        partition,
        offset: Math.min(...all.map(({ position }) => position)),
      })),
    );
    this.#consumer.assign(partitions);
  }
}

function isRestore({ target }: Reading): boolean {
  return target !== undefined;
}

/** The polls to come do not reach its end, unless compaction has left little before it. */
function isFar({ position, target }: Reading): boolean {
  return target !== undefined && target - position > 2 * MAX_POLL_RECORDS;
}

function isDone({ position, target }: Reading): boolean {
  return target !== undefined && position >= target;
}

function partitionId({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
