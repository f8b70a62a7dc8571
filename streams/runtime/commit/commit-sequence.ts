import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import type { RecordCollector } from '../output/record-collector.js';
import type { ChangelogOffsets } from '../restore/changelog-offsets.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { StreamsConfig } from '../streams-config.js';
import type { Task } from '../task/task.js';
import type { Committer } from './committer.js';

/** Records that may wait for the transaction before to commit; beyond, processing waits. They are handed over at once when it has. */
const MAX_KEPT_BACK = 10_000;
/** The same where each record is delivered by itself, some milliseconds each: the transaction must not time out meanwhile. */
const MAX_KEPT_BACK_ALONE = 200;
const ROOM_CHECK_MS = 2;

export interface CommitSequenceOptions {
  readonly committer: Committer;
  readonly collector: RecordCollector;
  readonly offsets: ChangelogOffsets;
  /** Those that run. */
  readonly tasks: () => readonly Task[];
  readonly config: Pick<StreamsConfig, 'commitIntervalMs' | 'uncommittedMaxBytes'>;
  readonly clock: Clock;
  readonly metrics: StreamsMetrics;
  readonly onCommitted: () => void;
}

/**
 * The commits of a worker, one after the other: what the tasks have prepared goes to Kafka, then to their state, and now and then to disk.
 * Processing goes on while a transaction ends.
 */
export class CommitSequence {
  readonly #options: CommitSequenceOptions;
  #committing: Promise<void> | undefined;
  #inFlight = false;
  #lastBegun: number;

  constructor(options: CommitSequenceOptions) {
    this.#options = options;
    this.#lastBegun = options.clock.monotonic();
  }

  /** True if it is time for one, and the one before has ended: what is processed until then goes with the next one. */
  get due(): boolean {
    if (this.#inFlight) return false;
    const { clock, config } = this.#options;
    return clock.monotonic() - this.#lastBegun >= config.commitIntervalMs || this.#isOverBudget;
  }

  /** True if too much waits for the transaction before, or for the one after it: the one before has to make room first. */
  get isFull(): boolean {
    const { collector } = this.#options;
    const most = collector.isolates ? MAX_KEPT_BACK_ALONE : MAX_KEPT_BACK;
    return collector.keptBack > most || this.#isOverBudget;
  }

  /** Estimate of the memory of what waits for the next commit; what is being committed is not counted. */
  get uncommittedBytes(): number {
    const { collector, tasks } = this.#options;
    let bytes = collector.keptBackBytes;
    for (const task of tasks()) bytes += task.uncommittedBytes;
    return bytes;
  }

  get #isOverBudget(): boolean {
    return this.uncommittedBytes > this.#options.config.uncommittedMaxBytes;
  }

  /** Begins a commit, when the one before has ended. */
  async begin(): Promise<void> {
    await this.settle();
    const startedAt = this.#options.clock.monotonic();
    this.#lastBegun = startedAt;
    const prepared: Task[] = [];
    const offsets: TopicPartitionOffset[] = [];
    for (const task of this.#options.tasks()) {
      for (const queue of task.inputs.queues) queue.skipMarkers();
      const moved = task.prepareCommit();
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
    // A failure is met where it is awaited.
    this.#committing.catch(() => {});
  }

  /** Waits for the end of the commit that is under way, and throws what it has failed with. */
  async settle(): Promise<void> {
    const committing = this.#committing;
    this.#committing = undefined;
    await committing;
  }

  /** The same, whatever it has failed with. */
  async giveUp(): Promise<void> {
    await this.settle().catch(() => {});
  }

  /** Waits until all that was sent is with the client. */
  async makeRoom(): Promise<void> {
    await this.settle();
    while (!this.#options.collector.drain()) await delay(ROOM_CHECK_MS);
  }

  async #finish(prepared: readonly Task[], offsets: readonly TopicPartitionOffset[], startedAt: number): Promise<void> {
    const { committer, clock, metrics, onCommitted, offsets: changelogs } = this.#options;
    const { transaction } = committer;
    await committer.commit(offsets);
    metrics.committed(clock.monotonic() - startedAt);
    onCommitted();
    for (const task of prepared) {
      task.state.commit();
      const newest = task.takeNewest();
      if (newest !== undefined) metrics.visible(task.id, Math.max(0, clock.now() - newest));
    }
    changelogs.committed(transaction);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const { clock, metrics, offsets, tasks } = this.#options;
    for (const task of tasks()) {
      const reached = offsets.of(task.id);
      if (reached.size < task.changelogs || !task.state.flushDue(clock.now())) continue;
      const entries = task.state.unflushedEntries;
      const startedAt = clock.now();
      await task.state.flush(startedAt, reached);
      metrics.flushed(task.id, entries, clock.now() - startedAt);
    }
  }
}
