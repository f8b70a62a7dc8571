import { decodeBlock } from '../../stores/changelog-block.js';
import { type StateWrite, stateKey } from '../../stores/state-database.js';
import type { TaskState } from '../../stores/task-state.js';
import type { Clock, Consumer, Producer } from '../kafka/ports.js';
import type { ConsumerRecord, TopicPartition } from '../kafka/record.js';

/** A store to restore from its changelog. */
export interface ChangelogPartition extends TopicPartition {
  readonly taskId: string;
  readonly store: string;
  readonly state: TaskState;
  /** Where a topic has the records of other tasks too: the state key of this task's own. */
  readonly onlyKey: string | undefined;
  /** Its records are blocks of keys that all have this value; undefined: a record is a row. */
  readonly blocksOf: Buffer | undefined;
}

/** What is on disk does not fit the changelog: it has to be rebuilt from the beginning. */
export class TaskCorruptedError extends Error {
  readonly taskId: string;

  constructor(taskId: string, reason: string) {
    super(`state of task ${taskId}: ${reason}`);
    this.name = 'TaskCorruptedError';
    this.taskId = taskId;
  }
}

export interface RestoreProgress {
  readonly taskId: string;
  readonly store: string;
  /** Records of this batch, and of all since it began. */
  readonly batch: number;
  readonly records: number;
  /** Offsets that are still to be read. */
  readonly remaining: number;
}

interface Restoring extends ChangelogPartition {
  position: number;
  readonly target: number;
  records: number;
}

interface Batch {
  records: number;
  readonly writes: StateWrite[];
}

const MAX_POLL_RECORDS = 10_000;

/**
 * Brings stores up to the end of their changelogs, in the background, those of several tasks side by side (Java:
 * `StoreChangelogReader`).
 */
export class ChangelogReader {
  readonly #consumer: Consumer;
  readonly #producer: Pick<Producer, 'watermarks'>;
  readonly #clock: Clock;
  readonly #onProgress: (progress: RestoreProgress) => void;
  /** By partition: where a topic has the records of several tasks, all of those that restore from it. */
  readonly #restoring = new Map<string, Restoring[]>();
  #reading: Promise<void> = Promise.resolve();
  #stopping = false;
  #failure: { readonly error: unknown } | undefined;

  /** The producer is asked for the ends of the changelogs. */
  constructor(
    consumer: Consumer,
    producer: Pick<Producer, 'watermarks'>,
    clock: Clock,
    onProgress: (progress: RestoreProgress) => void,
  ) {
    this.#consumer = consumer;
    this.#producer = producer;
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  /** True if something of the task is still to be read. Throws what the reading has failed with. */
  isRestoring(taskId: string): boolean {
    if (this.#failure !== undefined) throw this.#failure.error;
    return [...this.#restoring.values()].some(all => all.some(changelog => changelog.taskId === taskId));
  }

  /**
   * Begins to read the changelogs of a task. The group's committed offsets must have been fetched before: they are stable, so
   * what was committed with them is below the high watermark that is taken here. The last stable offset would not do: a process that died
   * may have left a transaction open, and what others committed lies behind it. Rejects with a TaskCorruptedError, and reads
   * nothing, if what is on disk does not fit.
   */
  async add(changelogs: readonly ChangelogPartition[]): Promise<void> {
    const added: Restoring[] = [];
    for (const changelog of changelogs) {
      const { low, high } = await this.#producer.watermarks(changelog);
      const stored = changelog.state.changelogOffset(changelog.store);
      if (stored !== undefined && (stored < low || stored > high)) {
        const { topic, partition, taskId } = changelog;
        throw new TaskCorruptedError(
          taskId,
          `its offset ${stored} is outside ${topic}-${partition}, ${low} to ${high}`,
        );
      }
      added.push({ ...changelog, position: stored ?? low, target: high, records: 0 });
    }
    await this.#stop();
    for (const changelog of added) {
      const { state, store, taskId, position, target } = changelog;
      if (position < target) {
        const id = partitionId(changelog);
        this.#restoring.set(id, [...(this.#restoring.get(id) ?? []), changelog]);
        continue;
      }
      // There is nothing to read, and that is worth knowing at the next start.
      if (state.changelogOffset(store) === undefined) await state.restore(store, [], position, this.#clock.now());
      this.#onProgress({ taskId, store, batch: 0, records: 0, remaining: 0 });
    }
    this.#reading = this.#read();
  }

  /** Reads no more for any task. */
  async clear(): Promise<void> {
    await this.#stop();
    this.#restoring.clear();
    this.#failure = undefined;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    await this.#reading;
    this.#stopping = false;
  }

  async #read(): Promise<void> {
    if (this.#restoring.size === 0) return;
    try {
      this.#assign();
      while (this.#restoring.size > 0 && !this.#stopping) await this.#poll();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#consumer.unassign();
    }
  }

  /** Reads and applies a batch. */
  async #poll(): Promise<void> {
    const { records, ends } = await this.#consumer.poll(MAX_POLL_RECORDS);
    const batches = new Map<Restoring, Batch>();
    for (const record of records) {
      for (const changelog of this.#restoring.get(partitionId(record)) ?? []) {
        if (record.offset < changelog.position) continue;
        changelog.position = record.offset + 1;
        const batch = batches.get(changelog) ?? { records: 0, writes: [] };
        batches.set(changelog, batch);
        if (!isOf(changelog, record)) continue;
        changelog.records++;
        batch.records++;
        addWrites(batch.writes, record, changelog);
      }
    }
    // Neither markers at the end nor what compaction took ever come as records: the end reached tells of them.
    for (const end of ends) {
      for (const changelog of this.#restoring.get(partitionId(end)) ?? []) {
        if (end.offset > changelog.position) changelog.position = end.offset;
      }
    }
    for (const [id, all] of this.#restoring) {
      const left: Restoring[] = [];
      for (const changelog of all) if (!(await this.#apply(changelog, batches.get(changelog)))) left.push(changelog);
      if (left.length === 0) this.#restoring.delete(id);
      else this.#restoring.set(id, left);
    }
  }

  /** Writes what came. True if the changelog is read up to its target. */
  async #apply(changelog: Restoring, batch: Batch | undefined): Promise<boolean> {
    const { taskId, store, state, records, position, target } = changelog;
    const done = position >= target;
    if (batch === undefined && !done) return false;
    await state.restore(store, batch?.writes ?? [], position, this.#clock.now());
    this.#onProgress({ taskId, store, batch: batch?.records ?? 0, records, remaining: Math.max(0, target - position) });
    return done;
  }

  /** From where the one is that is furthest behind. */
  #assign(): void {
    const partitions = [...this.#restoring.values()].flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [
            {
              topic: first.topic,
              partition: first.partition,
              offset: Math.min(first.position, ...others.map(({ position }) => position)),
            },
          ],
    );
    this.#consumer.assign(partitions);
  }
}

function partitionId({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** False for records of other tasks in the same topic, and for what is no row. */
function isOf({ onlyKey, blocksOf }: ChangelogPartition, { key, value }: ConsumerRecord): boolean {
  if (blocksOf !== undefined) return value !== null;
  return key !== null && (onlyKey === undefined || onlyKey === stateKey(key));
}

function addWrites(writes: StateWrite[], { key, value }: ConsumerRecord, { blocksOf }: ChangelogPartition): void {
  if (blocksOf === undefined) {
    if (key !== null) writes.push({ key: stateKey(key), value });
  } else if (value !== null) {
    for (const write of decodeBlock(value, blocksOf)) writes.push(write);
  }
}
