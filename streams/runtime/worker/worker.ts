import { setImmediate as immediate } from 'node:timers/promises';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Consumer, Ports, UnreadableBatch } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';
import { Aborts, checkUndoable } from '../commit/aborts.js';
import { CommitSequence } from '../commit/commit-sequence.js';
import { AtLeastOnceCommitter, type Committer, TransactionalCommitter } from '../commit/committer.js';
import type { RecordQueue } from '../input/record-queue.js';
import { RecordCollector } from '../output/record-collector.js';
import { Refusals } from '../output/refusals.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import { ChangelogOffsets } from '../restore/changelog-offsets.js';
import { ChangelogReader, type RestoreProgress } from '../restore/changelog-reader.js';
import { IDLE_INSTANCE_ANNOUNCES_EVERY_MS, StandbyTasks } from '../standby/standby-tasks.js';
import type { StateDirectory } from '../state/state-directory.js';
import type { StandbyStatus, TaskStatus } from '../status/process-status.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { StreamsConfig } from '../streams-config.js';
import type { Task } from '../task/task.js';
import { idOf, TaskCreator } from '../task/task-creator.js';
import { END_OF_TIME } from '../time/time.js';
import { AssignedTasks } from './assigned-tasks.js';
import { IdleCheck } from './idle-check.js';
import { InputReader } from './input-reader.js';
import { INSTANCE_ANNOUNCES_EVERY_MS, InstanceAnnouncer } from './instance-announcer.js';
import { WorkerClients } from './worker-clients.js';

/**
 * Records, and their bytes, that are processed before the clock and the uncommitted bytes are checked again. One record
 * may have a megabyte.
 */
const SLICE = 500;
const SLICE_BYTES = 2 * 1024 * 1024;

type Rebalance =
  | { readonly kind: 'assigned'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'revoked' };

/**
 * The state of the group's assignment: all was revoked; some of it is being restored; all of it runs, even if it is
 * nothing.
 */
export type Assignment = 'revoked' | 'restoring' | 'running';

export interface WorkerOptions {
  readonly config: StreamsConfig;
  readonly ports: Ports;
  readonly directory: StateDirectory;
  /** The `group.instance.id`. */
  readonly memberId: string;
  readonly logger: Logger;
  readonly metrics: StreamsMetrics;
  /** The announcements of the application's instances. undefined until they are known. Used if there are standbys. */
  readonly auditTable: () => AuditTable | undefined;
  /** Instances that died and left their announcements, as far as is known. */
  readonly silentInstances: () => readonly string[];
  readonly onRestore: (progress: RestoreProgress) => void;
  readonly onAssignment: (assignment: Assignment) => void;
}

/**
 * One consumer, one producer and the tasks between them (Java: `StreamThread`). Its owner calls `runOnce` in a loop. An
 * error that it throws is final: the worker must be closed, and a new one continues from the last commit.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #plan: TopologyPlan;
  readonly #clients: WorkerClients;
  readonly #consumer: Consumer;
  readonly #commits: CommitSequence;
  readonly #committer: Committer;
  readonly #assigned: AssignedTasks;
  readonly #standbys: StandbyTasks;
  readonly #changelogs: ChangelogReader;
  readonly #offsets: ChangelogOffsets;
  readonly #idle: IdleCheck;
  readonly #announcer: InstanceAnnouncer;
  readonly #input: InputReader;
  readonly #metrics: StreamsMetrics;
  readonly #aborts: Aborts;
  readonly #rebalances: Rebalance[] = [];
  #assignment: Assignment = 'revoked';

  constructor(options: WorkerOptions, plan: TopologyPlan) {
    const { config, ports, directory, logger, metrics } = options;
    this.#options = options;
    this.#metrics = metrics;
    this.#plan = plan;
    this.#clients = new WorkerClients(ports, config, directory.instanceId, options.memberId);
    const { consumer, restoreConsumer, producer } = this.#clients;
    this.#consumer = consumer;
    const refusals = new Refusals(ports.clock);
    this.#aborts = new Aborts(refusals);
    const collector = new RecordCollector(producer, refusals);
    this.#committer =
      config.processingGuarantee === 'exactly_once_v2'
        ? new TransactionalCommitter(producer, consumer, collector)
        : new AtLeastOnceCommitter(producer, consumer, collector);
    const creator = new TaskCreator({
      plan,
      config,
      directory,
      collector,
      clock: ports.clock,
      logger,
    });
    this.#changelogs = new ChangelogReader({
      consumer: restoreConsumer,
      producer,
      clock: ports.clock,
      logger,
      onProgress: progress => {
        const { taskId, store, batch } = progress;
        if (batch > 0) metrics.restored(taskId, store, batch);
        this.#assigned.progressed(progress);
        options.onRestore(progress);
      },
    });
    const changelogs = this.#changelogs;
    this.#standbys = new StandbyTasks({
      plan,
      creator,
      changelogs,
      producer,
      auditTable: options.auditTable,
      instance: directory.instanceId,
      replicas: config.standbyReplicas,
      clock: ports.clock,
      logger,
    });
    this.#assigned = new AssignedTasks({
      plan,
      creator,
      changelogs,
      standbys: this.#standbys,
      committer: this.#committer,
      producer,
      logger,
    });
    this.#announcer = new InstanceAnnouncer({
      identity: { instance: directory.instanceId, host: config.applicationServer ?? null },
      hasStandbys: config.standbyReplicas > 0,
      auditTopic: plan.auditTopic,
      collector,
      committer: this.#committer,
      clock: ports.clock,
      logger,
    });
    this.#input = new InputReader(consumer, config.inputBufferMaxBytes, logger);
    this.#offsets = new ChangelogOffsets(producer, ports.clock);
    this.#idle = new IdleCheck(producer, ports.clock, config.idleTimeoutMs);
    this.#commits = new CommitSequence({
      committer: this.#committer,
      collector,
      offsets: this.#offsets,
      tasks: () => this.tasks,
      config,
      clock: ports.clock,
      metrics,
      onCommitted: () => this.#aborts.committed(this.#queues),
    });
  }

  get tasks(): readonly Task[] {
    return this.#assigned.running;
  }

  get taskStatus(): readonly TaskStatus[] {
    return this.#assigned.status;
  }

  get standbyStatus(): readonly StandbyStatus[] {
    return this.#standbys.status;
  }

  /** Partitions of the input, or of changelogs, that can't be read any further. */
  get unreadable(): readonly UnreadableBatch[] {
    return this.#clients.unreadable;
  }

  /** The state of a task with a standby here, or of one that is being restored. undefined if there is none. */
  staleState(taskId: string): TaskState | undefined {
    return this.#standbys.state(taskId) ?? this.#assigned.restoringState(taskId);
  }

  /** Estimate of the memory of what waits for the next commit. */
  get uncommittedBytes(): number {
    return this.#commits.uncommittedBytes;
  }

  /** True if every task of the topology runs here, nothing is left to process, and all time has ended. */
  get drained(): boolean {
    const ended = (task: Task): boolean => !task.hasWork && task.lowestTime === END_OF_TIME;
    return this.#assigned.complete && this.tasks.every(ended);
  }

  async start(): Promise<void> {
    await this.#clients.connect();
    await this.#committer.start();
    this.#consumer.subscribe(this.#plan.inputTopics, {
      onPartitionsAssigned: partitions => this.#rebalances.push({ kind: 'assigned', partitions }),
      onPartitionsRevoked: () => this.#rebalances.push({ kind: 'revoked' }),
    });
  }

  /** The input has ended: tasks whose partitions are at their end have seen all records that will ever come. */
  endInput(): void {
    this.#idle.endInput();
  }

  /** Polls, processes the records, and commits if a commit is due. */
  async runOnce(): Promise<void> {
    await this.#rebalance();
    await this.#startRestored();
    this.#changelogs.check();
    try {
      if (this.#assignment === 'running') await this.#updateStandbys();
      if (this.#assignment !== 'revoked') await this.#renewAnnouncement();
      const records = await this.#input.read(this.#stepEnded());
      if (records > 0) this.#metrics.polled(records);
      while (this.#processSlice()) {
        this.#punctuate();
        // It does not wait for the commit in progress: the records go with the next one.
        if (this.#commits.due) await this.#commits.begin();
        if (this.#commits.isFull) await this.#commits.makeRoom();
        // Lets the callbacks of the commit in progress run.
        await immediate();
      }
      this.#punctuate();
      await this.#idle.check(this.tasks);
      if (this.#commits.due) await this.#commits.begin();
      this.#offsets.ask(this.#assigned.changelogs, () => this.#committer.transaction);
    } catch (error) {
      await this.#rollback(error);
      await this.#assign();
      await this.#aborts.backOff();
    }
  }

  /** Commits what is processed, and waits until Kafka has it. */
  async commit(): Promise<void> {
    await this.#commits.begin();
    await this.#commits.settle();
  }

  /**
   * Commits a last time, unless `dirty`, then closes everything. The group keeps the member's place until its session
   * ends.
   */
  async close(dirty = false): Promise<void> {
    if (!dirty) {
      await this.#commitAndPark();
      await this.#announcer.withdraw();
    }
    await this.#commits.giveUp();
    await this.#input.settle();
    await this.#assigned.close();
    await this.#standbys.close();
    await this.#changelogs.close();
    try {
      await this.#clients.close();
    } catch (error) {
      if (!dirty) throw error;
    }
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }

  /**
   * Continues the steps whose promises have settled. Processes some records of the task with the lowest time, so that few
   * windows are open at a time. Returns false if there was nothing to do.
   */
  #processSlice(): boolean {
    const continued = this.tasks.filter(({ processing }) => processing.isWaiting && processing.continue());
    const ready = this.tasks
      .filter(task => task.inputs.buffered > 0 && this.#commits.admits(task))
      .sort((a, b) => a.streamTime - b.streamTime);
    const processed = ready.some(task => {
      const startedAt = performance.now();
      const processed = task.process(SLICE, SLICE_BYTES);
      if (processed > 0) this.#metrics.processed(processed, performance.now() - startedAt);
      return processed > 0;
    });
    return processed || continued.length > 0;
  }

  /** Resolves when a step can continue. undefined if none waits. */
  #stepEnded(): Promise<void> | undefined {
    const waiting = this.tasks.map(({ processing }) => processing).filter(({ isWaiting }) => isWaiting);
    return waiting.length === 0 ? undefined : Promise.race(waiting.map(({ settled }) => settled));
  }

  #punctuate(): void {
    for (const task of this.tasks) task.punctuate();
  }

  /**
   * Aborts the transaction after a client error that allows it, and takes the tasks back to the last commit. Throws
   * other errors.
   */
  async #rollback(error: unknown): Promise<void> {
    checkUndoable(error);
    // The commit in progress may fail in a way that can't be undone, such as an unknown outcome.
    await this.#commits.settle().catch(checkUndoable);
    this.#metrics.aborted();
    await this.#committer.abort();
    const reason = this.#aborts.add(error, this.#clients.producer.takeRefused(), this.#queues);
    this.#options.logger.warn(`transaction aborted, going back to the last commit: ${reason}`);
    this.#offsets.aborted();
    await this.#assigned.rollback();
  }

  get #queues(): readonly RecordQueue[] {
    return this.tasks.flatMap(task => task.inputs.queues);
  }

  async #rebalance(): Promise<void> {
    for (let next = this.#rebalances.shift(); next !== undefined; next = this.#rebalances.shift()) {
      if (next.kind === 'revoked') await this.#revoke();
      else await this.#take(next.partitions);
    }
  }

  async #revoke(): Promise<void> {
    await this.#commitAndPark();
    this.#become('revoked');
    this.#input.unassign();
  }

  /** If the group refuses the commit, the tasks are closed with the state that they have on disk. */
  async #commitAndPark(): Promise<void> {
    try {
      await this.#commits.settle();
      await this.#assigned.checkOwned(this.#consumer);
      await this.commit();
      await this.#park();
    } catch (error) {
      await this.#rollback(error);
      this.#forget(await this.#assigned.close());
    }
  }

  /**
   * Parks the tasks with the exact ends of their changelogs. The group is asked twice to take their offsets again. The
   * first request succeeds when the markers of the earlier transactions are written. The second one succeeds only if
   * this instance was in the group all the time, so the ends requested in between are those of its own commits. A
   * process that was stopped for longer than its session may have nothing to commit, and would not notice otherwise.
   */
  async #park(): Promise<void> {
    const offsets = this.tasks.flatMap(task => task.inputs.committed);
    await this.#committer.commit(offsets);
    await this.#assigned.park();
    await this.#committer.commit(offsets);
    await this.#assigned.flushParked(this.#now());
  }

  async #take(partitions: readonly TopicPartition[]): Promise<void> {
    // Answers the group at once. Records come when the tasks are known.
    this.#consumer.assign([]);
    this.#metrics.rebalanced();
    const planned = this.#assigned.planned(partitions);
    const tasks = planned.map(idOf);
    const standbys = this.#standbys.ids.filter(id => !tasks.includes(id));
    const assigning = this.#announcer
      .announce({ tasks, standbys })
      .then(() => this.#assigned.assign(planned, this.#consumer));
    this.#forget(await this.#input.whilePolling(assigning));
    await this.#assign();
    this.#become('restoring');
  }

  #forget(closed: readonly string[]): void {
    for (const id of closed) {
      this.#offsets.forget(id);
      this.#metrics.taskClosed();
    }
  }

  /** Continues reading from the committed offsets, with the tasks that run. */
  async #assign(): Promise<void> {
    await this.#assigned.seek(this.tasks, this.#consumer);
    await this.#input.assign(this.tasks);
    this.#idle.reset();
  }

  /** Restored tasks join those that run. When the last one has, the whole assignment runs. */
  async #startRestored(): Promise<void> {
    if (this.#assignment !== 'restoring') return;
    const started = await this.#assigned.startRestored(this.#consumer);
    if (started.length > 0) {
      await this.#input.extend(this.tasks);
      this.#idle.reset();
      for (const _ of started) this.#metrics.taskCreated();
    }
    if (!this.#assigned.isRestoring) this.#become('running');
  }

  async #updateStandbys(): Promise<void> {
    const tasks = this.tasks.map(({ id }) => id);
    if (await this.#standbys.update(new Set(tasks))) {
      await this.commit();
      await this.#announcer.announce({ tasks, standbys: this.#standbys.ids });
    }
  }

  /** An instance without tasks is known only by its announcements, so it announces itself more often. */
  async #renewAnnouncement(): Promise<void> {
    const isIdle = this.tasks.length === 0 && !this.#assigned.isRestoring;
    const everyMs = isIdle ? IDLE_INSTANCE_ANNOUNCES_EVERY_MS : INSTANCE_ANNOUNCES_EVERY_MS;
    if (!this.#announcer.isDue(everyMs)) return;
    await this.commit();
    await this.#announcer.renew(this.#options.silentInstances());
  }

  #become(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#options.onAssignment(assignment);
  }
}
