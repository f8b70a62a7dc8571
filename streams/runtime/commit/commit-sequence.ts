import { setTimeout as delay } from 'node:timers/promises';
import { dueToPersist, type PersistPolicy } from '../../../stores/bytes/persist-policy.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock, Producer } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';
import type { RecordCollector } from '../output/record-collector.js';
import type { ChangelogOffsets } from '../restore/changelog-offsets.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { StreamsConfig } from '../streams-config.js';
import type { Task } from '../task/task.js';
import { type Aborts, checkUndoable } from './aborts.js';
import type { Committer } from './committer.js';

/**
 * Records that may wait while the previous transaction commits. With more, processing waits. They are sent at once
 * after the commit.
 */
const MAX_KEPT_BACK = 10_000;
/**
 * The same limit when each record is delivered by itself. A delivery takes some milliseconds, and the transaction must
 * not time out.
 */
const MAX_KEPT_BACK_ALONE = 200;
const ROOM_CHECK_MS = 2;

/**
 * Entries wait for their write to disk, because many expire before it: those of windows that close, while an
 * application works through a backlog. After a crash at most the entries of 30 s are replayed, and of 128 MB: some
 * 500,000 small ones.
 */
const PERSIST_POLICY: PersistPolicy = {
  maxBytes: 20_000_000,
  maxReplayBytes: 128_000_000,
  maxAgeMs: 30_000,
  cheapAgeMs: 1000,
};

export interface CommitSequenceOptions {
  readonly committer: Committer;
  readonly aborts: Aborts;
  /** Knows the records that the cluster has refused. */
  readonly producer: Pick<Producer, 'takeRefused'>;
  readonly collector: RecordCollector;
  readonly offsets: ChangelogOffsets;
  /** The running tasks. */
  readonly tasks: () => readonly Task[];
  readonly config: Pick<StreamsConfig, 'commitIntervalMs' | 'uncommittedMaxBytes'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: StreamsMetrics;
}

/**
 * The commits of a worker, one after the other. What the tasks have prepared goes to Kafka, then to their state, and
 * from time to time to disk. Processing goes on while a transaction ends.
 */
export class CommitSequence {
  readonly #options: CommitSequenceOptions;
  #committing: Promise<void> | undefined;
  #inFlight = false;
  /** True if the last commit has failed, and nothing has thrown its error yet. */
  #hasFailed = false;
  #lastBegun: number;

  constructor(options: CommitSequenceOptions) {
    this.#options = options;
    this.#lastBegun = options.clock.monotonic();
  }

  /**
   * True if a commit is due and the previous one has ended. Until then, records are processed for the next commit. If a
   * task is busy, all tasks go on until its record ends, or until too much is uncommitted. If the previous commit has
   * failed, the next one is due at once: it throws the error.
   */
  get due(): boolean {
    if (this.#inFlight) return false;
    return this.#hasFailed || this.#isOverBudget || (this.#isTime && !this.#options.tasks().some(task => task.isBusy));
  }

  /**
   * False if a task must leave its records and punctuations for the next commit: the commit is due, and the task has
   * waited. Tasks that wait in turn would put the commit off for ever. A block that has begun goes on.
   */
  admits({ processing, inputs }: Task): boolean {
    return inputs.isInBlock || !(processing.hasWaited && !this.#inFlight && this.#isTime);
  }

  get #isTime(): boolean {
    const { clock, config } = this.#options;
    return clock.monotonic() - this.#lastBegun >= config.commitIntervalMs;
  }

  /** True if too much waits for this transaction or the next one. Then processing waits for the commit. */
  get isFull(): boolean {
    const { collector } = this.#options;
    const most = collector.isolates ? MAX_KEPT_BACK_ALONE : MAX_KEPT_BACK;
    return collector.keptBack > most || this.#isOverBudget;
  }

  /** Estimate of the memory of what waits for the next commit, without what is being committed. */
  get uncommittedBytes(): number {
    const { collector, tasks } = this.#options;
    let bytes = collector.keptBackBytes;
    for (const task of tasks()) bytes += task.uncommittedBytes;
    return bytes;
  }

  get #isOverBudget(): boolean {
    return this.uncommittedBytes > this.#options.config.uncommittedMaxBytes;
  }

  /** Commits what is processed, and waits until Kafka has it. */
  async commit(): Promise<void> {
    await this.begin();
    await this.settle();
  }

  /** Begins a commit after the previous one has ended, and the records in process: it never falls within a block. */
  async begin(): Promise<void> {
    await this.settle();
    const tasks = this.#options.tasks();
    for (const task of tasks) await task.settle();
    const startedAt = this.#options.clock.monotonic();
    this.#lastBegun = startedAt;
    const prepared: Task[] = [];
    const offsets: TopicPartitionOffset[] = [];
    for (const task of tasks) {
      for (const queue of task.inputs.queues) queue.skipMarkers();
      const moved = await task.prepareCommit();
      if (moved === undefined) continue;
      prepared.push(task);
      offsets.push(...moved);
    }
    if (prepared.length === 0) return;
    await this.makeRoom();
    this.#inFlight = true;
    this.#committing = this.#finish(prepared, offsets, startedAt).finally(() => {
      this.#inFlight = false;
    });
    // A rejection surfaces at the await.
    this.#committing.catch(() => {
      this.#hasFailed = true;
    });
  }

  /** Waits for the end of the commit in progress. Throws the error of that commit. */
  async settle(): Promise<void> {
    const committing = this.#committing;
    this.#committing = undefined;
    try {
      await committing;
    } finally {
      this.#hasFailed = false;
    }
  }

  /** Waits for the end of the commit in progress, and ignores its error. */
  async giveUp(): Promise<void> {
    await this.settle().catch(() => {});
  }

  /** Waits until the client has taken everything that was sent. */
  async makeRoom(): Promise<void> {
    await this.settle();
    while (!this.#options.collector.drain()) await delay(ROOM_CHECK_MS);
  }

  /**
   * Aborts the transaction after a client error that allows it. The tasks must go back to the last commit after it.
   * Throws other errors.
   */
  async abort(error: unknown): Promise<void> {
    checkUndoable(error);
    // The commit in progress may fail in a way that can't be undone, such as an unknown outcome.
    await this.settle().catch(checkUndoable);
    const { aborts, committer, producer, offsets, logger, metrics } = this.#options;
    metrics.aborted();
    await committer.abort();
    const reason = aborts.add(error, producer.takeRefused(), this.#queues);
    logger.warn(`transaction aborted, going back to the last commit: ${reason}`);
    offsets.aborted();
  }

  /** Waits after an abort. The wait grows with the number of aborts. */
  async backOff(): Promise<void> {
    await this.#options.aborts.backOff();
  }

  get #queues(): readonly RecordQueue[] {
    return this.#options.tasks().flatMap(task => task.inputs.queues);
  }

  async #finish(prepared: readonly Task[], offsets: readonly TopicPartitionOffset[], startedAt: number): Promise<void> {
    const { committer, aborts, clock, metrics, offsets: changelogs } = this.#options;
    const { transaction } = committer;
    await committer.commit(offsets);
    metrics.committed(clock.monotonic() - startedAt);
    aborts.committed(this.#queues);
    for (const task of prepared) {
      task.state.commit();
      const newest = task.takeNewest();
      if (newest !== undefined) metrics.visible(task.id, Math.max(0, clock.now() - newest));
    }
    changelogs.committed(transaction);
    await this.#persist();
  }

  async #persist(): Promise<void> {
    const { clock, metrics, offsets, tasks } = this.#options;
    const known = tasks().filter(task => offsets.of(task.id).size >= task.changelogs);
    const states = new Map(known.map(task => [task.state, task]));
    for (const state of dueToPersist([...states.keys()], clock.now(), PERSIST_POLICY)) {
      const id = states.get(state)?.id ?? '';
      const entries = state.unpersistedEntries;
      const startedAt = clock.now();
      await state.persist(startedAt, offsets.of(id));
      metrics.persisted(id, entries, clock.now() - startedAt);
    }
  }
}
