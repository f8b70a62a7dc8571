import { setImmediate as immediate } from 'node:timers/promises';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { UnreadableBatch } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import { tasksOf } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import { IDLE_INSTANCE_ANNOUNCES_EVERY_MS } from '../standby/standby-tasks.js';
import type { StateDirectory } from '../state/state-directory.js';
import type { GlobalStoreStatus, StandbyStatus, TaskStatus } from '../status/process-status.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { Task } from '../task/task.js';
import { END_OF_TIME } from '../time/time.js';
import { INSTANCE_ANNOUNCES_EVERY_MS } from './instance-announcer.js';
import { assembleWorker, type WorkerOptions, type WorkerParts } from './worker-parts.js';

/**
 * Records, and their bytes, that are processed before the clock and the uncommitted bytes are checked again. One record
 * may have a megabyte.
 */
const SLICE = 500;
const SLICE_BYTES = 2 * 1024 * 1024;

/**
 * One consumer, one producer and the tasks between them (Java: `StreamThread`). Its owner calls `runOnce` in a loop. An
 * error that it throws is final: the worker must be closed, and a new one continues from the last commit.
 */
export class Worker {
  readonly #plan: TopologyPlan;
  readonly #parts: WorkerParts;
  readonly #metrics: StreamsMetrics;
  readonly #silentInstances: () => readonly string[];
  readonly #directory: Pick<StateDirectory, 'resubscribing'>;
  #joined = false;

  constructor(options: WorkerOptions, plan: TopologyPlan) {
    this.#plan = plan;
    this.#parts = assembleWorker(options, plan);
    this.#metrics = options.metrics;
    this.#silentInstances = options.silentInstances;
    this.#directory = options.directory;
  }

  get tasks(): readonly Task[] {
    return this.#parts.assigned.running;
  }

  get taskStatus(): readonly TaskStatus[] {
    return this.#parts.assigned.status;
  }

  get standbyStatus(): readonly StandbyStatus[] {
    return this.#parts.standbys.status;
  }

  get globalStatus(): readonly GlobalStoreStatus[] {
    return this.#parts.globals.status;
  }

  /** The offset of the next record of each partition of the global topics. */
  get globalPositions(): readonly TopicPartitionOffset[] {
    return this.#parts.globals.positions;
  }

  /** A global store. undefined if there is none of this name, or if it is being restored. */
  globalState(name: string): TaskState | undefined {
    return this.#parts.globals.state(name);
  }

  /** Partitions of the input, of global topics or of changelogs that can't be read any further. */
  get unreadable(): readonly UnreadableBatch[] {
    return [...this.#parts.clients.unreadable, ...this.#parts.globals.unreadable];
  }

  /** The state of a task with a standby here, or of one that is being restored. undefined if there is none. */
  staleState(taskId: string): TaskState | undefined {
    return this.#parts.standbys.state(taskId) ?? this.#parts.restoring.state(taskId);
  }

  /** Estimate of the memory of what waits for the next commit. */
  get uncommittedBytes(): number {
    return this.#parts.commits.uncommittedBytes;
  }

  /** True if every task of the topology runs here, nothing is left to process, and all time has ended. */
  get drained(): boolean {
    const ended = (task: Task): boolean => !task.hasWork && task.lowestTime === END_OF_TIME;
    return this.tasks.length === tasksOf(this.#plan).length && this.tasks.every(ended);
  }

  async start(): Promise<void> {
    const { clients, committer, globals } = this.#parts;
    await clients.connect();
    await committer.start();
    await globals.open();
    if (globals.isRestored) this.#join();
  }

  /** Global stores are restored before the first task runs. A member of the group must take part in rebalances. */
  #join(): void {
    this.#parts.group.join(this.#plan.inputTopics);
    this.#joined = true;
  }

  /**
   * Subscribes to other topics than those of the plan. When the group has assigned them, `runOnce` throws a
   * SourceTopicsChangedError. Resolves to false during a rebalance: call it again later.
   */
  async resubscribe(topics: readonly string[]): Promise<boolean> {
    const { group } = this.#parts;
    if (!group.maySubscribe) return false;
    // First: a worker that comes after this one must not take the member for what it was.
    await this.#directory.resubscribing();
    return group.resubscribe(topics);
  }

  /** The input has ended: tasks whose partitions are at their end have seen all records that will ever come. */
  endInput(): void {
    this.#parts.idle.endInput();
  }

  /** Polls, processes the records, and commits if a commit is due. */
  async runOnce(): Promise<void> {
    const { assigned, changelogs, commits, committer, globals, group, idle, input, offsets } = this.#parts;
    if (!this.#joined) {
      if (await globals.restore()) this.#join();
      return;
    }
    globals.follow();
    await group.update();
    changelogs.check();
    try {
      if (group.state === 'running') await this.#updateStandbys();
      if (group.state !== 'revoked') await this.#renewAnnouncement();
      const records = await input.read(this.#stepEnded());
      if (records > 0) this.#metrics.polled(records);
      while (this.#processSlice()) {
        this.#punctuate();
        // It does not wait for the commit in progress: the records go with the next one.
        if (commits.due) await commits.begin();
        if (commits.isFull) await commits.makeRoom();
        // Lets the callbacks of the commit in progress run.
        await immediate();
      }
      this.#punctuate();
      // Tasks downstream read it before the commit, and a commit may be half a minute away.
      if (!committer.isAtomic) for (const task of this.tasks) task.sendPacked();
      await idle.check(this.tasks);
      if (commits.due) await commits.begin();
      offsets.ask(assigned.changelogs, () => committer.transaction);
    } catch (error) {
      assigned.stop();
      await commits.abort(error);
      await assigned.rollback();
      await group.seek();
      await commits.backOff();
    }
  }

  /** Commits what is processed, and waits until Kafka has it. */
  async commit(): Promise<void> {
    if (!this.#joined) return;
    await this.#parts.commits.commit();
  }

  /**
   * Commits a last time, unless `dirty`, then closes everything. The group keeps the member's place until its session
   * ends.
   */
  async close(dirty = false): Promise<void> {
    const { announcer, assigned, changelogs, clients, commits, globals, group, input, standbys } = this.#parts;
    if (!dirty && this.#joined) {
      await group.commitAndPark();
      await announcer.withdraw();
    }
    await commits.giveUp();
    await input.settle();
    await assigned.close(dirty);
    await standbys.close();
    await changelogs.close();
    try {
      await globals.close().finally(() => clients.close());
    } catch (error) {
      if (!dirty) throw error;
    }
  }

  /**
   * Continues the steps and forwards the results whose promises have settled. Processes some records of the task with the lowest time, so that
   * few windows are open at a time. Returns false if there was nothing to do.
   */
  #processSlice(): boolean {
    let continued = false;
    for (const { processing } of this.tasks) {
      if (processing.continue()) continued = true;
    }
    const ready = this.tasks
      .filter(task => task.inputs.buffered > 0 && this.#parts.commits.admits(task))
      .sort((a, b) => a.streamTime - b.streamTime);
    const processed = ready.some(task => {
      const startedAt = performance.now();
      const processed = task.process(SLICE, SLICE_BYTES);
      if (processed > 0) this.#metrics.processed(processed, performance.now() - startedAt);
      return processed > 0;
    });
    return processed || continued;
  }

  /** Resolves when a step can continue, or a call has settled. undefined if there is none. */
  #stepEnded(): Promise<void> | undefined {
    const waiting = this.tasks.map(({ processing }) => processing).filter(({ isBusy }) => isBusy);
    if (waiting.length === 0) return undefined;
    return new Promise(resolve => {
      for (const processing of waiting) processing.whenSettled(resolve);
    });
  }

  #punctuate(): void {
    for (const task of this.tasks) {
      if (this.#parts.commits.admits(task)) task.punctuate();
    }
  }

  async #updateStandbys(): Promise<void> {
    const { announcer, standbys } = this.#parts;
    const tasks = this.tasks.map(({ id }) => id);
    if (await standbys.update(new Set(tasks))) {
      await this.commit();
      await announcer.announce({ tasks, standbys: standbys.ids });
    }
  }

  /** An instance without tasks is known only by its announcements, so it announces itself more often. */
  async #renewAnnouncement(): Promise<void> {
    const { announcer, assigned } = this.#parts;
    const isIdle = this.tasks.length === 0 && !assigned.isRestoring;
    const everyMs = isIdle ? IDLE_INSTANCE_ANNOUNCES_EVERY_MS : INSTANCE_ANNOUNCES_EVERY_MS;
    if (!announcer.isDue(everyMs)) return;
    await this.commit();
    await announcer.renew(this.#silentInstances());
  }
}
