import type { TaskState } from '../../../stores/bytes/task-state.js';
import { byName } from '../../audit/by-name.js';
import type { Logger } from '../../kafka/logger.js';
import { type Consumer, KafkaClientError, type Producer } from '../../kafka/ports.js';
import type { TopicPartition, TopicPartitionOffset } from '../../kafka/record.js';
import type { Committer } from '../commit/committer.js';
import { checkAssigned } from '../plan/partition-changes.js';
import { idOf, inputsOf, type PlannedTask, tasksOf } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import type { TrackedChangelog } from '../restore/changelog-offsets.js';
import type { ChangelogPartition } from '../restore/changelog-partition.js';
import type { ChangelogReader, RestoreProgress } from '../restore/changelog-reader.js';
import type { StandbyTasks } from '../standby/standby-tasks.js';
import type { StoreRestore, TaskStatus } from '../status/process-status.js';
import type { Task } from '../task/task.js';
import type { TaskCreator } from '../task/task-creator.js';
import type { InputStart } from '../task/task-input.js';
import { restoringTask, runningTask } from '../task/task-status.js';

const UNKNOWN_MEMBER = 25;

/** A task whose state is open, while its changelogs are read. */
interface RestoringTask {
  readonly planned: PlannedTask;
  readonly state: TaskState;
  /** By store. */
  readonly progress: Map<string, StoreRestore>;
}

interface RunningTask {
  readonly planned: PlannedTask;
  task: Task;
}

/** A task that was revoked after a commit, with the ends of its changelogs at that time, by store. */
interface ParkedTask extends RunningTask {
  readonly changelogEnds: ReadonlyMap<string, number>;
}

/**
 * The tasks of one worker. Each runs as soon as its own state is restored. Revoked tasks are parked with their stores
 * open until the next assignment: an eager rebalance revokes everything, and assigns most of it again.
 */
export class AssignedTasks {
  readonly #plan: TopologyPlan;
  readonly #creator: TaskCreator;
  readonly #changelogs: ChangelogReader;
  readonly #standbys: Pick<StandbyTasks, 'take'>;
  readonly #committer: Pick<Committer, 'beginAt'>;
  readonly #producer: Producer;
  readonly #logger: Logger;
  readonly #running = new Map<string, RunningTask>();
  readonly #parked = new Map<string, ParkedTask>();
  readonly #restoring = new Map<string, RestoringTask>();

  constructor(options: {
    readonly plan: TopologyPlan;
    readonly creator: TaskCreator;
    readonly changelogs: ChangelogReader;
    readonly standbys: Pick<StandbyTasks, 'take'>;
    readonly committer: Pick<Committer, 'beginAt'>;
    /** For the ends of changelogs. */
    readonly producer: Producer;
    readonly logger: Logger;
  }) {
    this.#plan = options.plan;
    this.#creator = options.creator;
    this.#changelogs = options.changelogs;
    this.#standbys = options.standbys;
    this.#committer = options.committer;
    this.#producer = options.producer;
    this.#logger = options.logger;
  }

  get running(): readonly Task[] {
    return [...this.#running.values()].map(({ task }) => task);
  }

  get status(): readonly TaskStatus[] {
    const restoring = [...this.#restoring].map(([id, { progress }]) => restoringTask(id, [...progress.values()]));
    return [...this.running.map(runningTask), ...restoring].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** True if all tasks of the topology run here. */
  get complete(): boolean {
    return this.#running.size === tasksOf(this.#plan).length;
  }

  get changelogs(): readonly TrackedChangelog[] {
    return [...this.#running.values()].flatMap(({ planned }) => this.#creator.changelogsOf(planned));
  }

  /**
   * Throws a KafkaClientError if others have committed offsets of a task since its last commit: then the session of
   * this member has ended. A group without members would accept its offsets, and the work of the others would be done
   * again.
   */
  async checkOwned(consumer: Consumer): Promise<void> {
    const own = this.running.flatMap(task => task.inputs.committed);
    const group = await consumer.committed(own);
    own.forEach(({ topic, partition, offset }, index) => {
      const committed = group[index]?.offset ?? -1;
      if (committed === -1 || committed === offset) return;
      const message = `others have committed ${topic}-${partition} up to ${committed}, this instance up to ${offset}`;
      throw new KafkaClientError(message, 'abort', UNKNOWN_MEMBER);
    });
  }

  /** Everything was revoked. The work of the tasks must be committed. */
  async park(): Promise<void> {
    await this.stopRestoring();
    for (const [id, { planned, task }] of this.#running) {
      this.#parked.set(id, { planned, task, changelogEnds: await this.#changelogEnds(planned) });
    }
    this.#running.clear();
  }

  /** Writes parked tasks to disk. Whichever instance gets a task next, this one need not replay what it has here. */
  async flushParked(now: number): Promise<void> {
    for (const { task, changelogEnds } of this.#parked.values()) await task.state.flush(now, changelogEnds);
  }

  /**
   * Takes these tasks. Parked tasks run at once, the others when their state is restored (`startRestored`), from their
   * standby here if there is one. Closes the parked tasks that were not assigned again, and returns their ids.
   */
  async assign(planned: readonly PlannedTask[], consumer: Consumer): Promise<readonly string[]> {
    const closed = await this.#closeOthers(new Set(planned.map(idOf)));
    // Stable offsets first: the changelog ends, which are requested next, then cover everything that was committed with
    // them.
    await consumer.committed(planned.flatMap(inputsOf));
    const missing = planned.filter(task => !this.#parked.has(idOf(task)));
    for (const [id, { planned: parked, task }] of this.#parked) this.#running.set(id, { planned: parked, task });
    this.#parked.clear();
    for (const task of missing) await this.#openTask(task);
    return closed;
  }

  /** Starts the tasks whose state is restored, from the committed offsets. Throws the error of the restore. */
  async startRestored(consumer: Consumer): Promise<readonly Task[]> {
    const restored = [...this.#restoring].filter(([id]) => !this.#changelogs.isRestoring(id));
    const started: RunningTask[] = [];
    for (const [id, { planned, state }] of restored) {
      started.push({ planned, task: await this.#creator.start(planned, state) });
      this.#restoring.delete(id);
    }
    const tasks = started.map(({ task }) => task);
    if (tasks.length > 0) await this.seek(tasks, consumer);
    for (const running of started) this.#running.set(running.task.id, running);
    return tasks;
  }

  /** undefined if the task is not being restored. Only for reading. */
  restoringState(taskId: string): TaskState | undefined {
    return this.#restoring.get(taskId)?.state;
  }

  get isRestoring(): boolean {
    return this.#restoring.size > 0;
  }

  /** Stops the restores. What they have written to disk stays there. */
  async stopRestoring(): Promise<void> {
    await this.#changelogs.remove(new Set(this.#restoring.keys()));
    for (const { state } of this.#restoring.values()) await state.close();
    this.#restoring.clear();
  }

  /** Begins to restore a task, from its standby if there is one. */
  async #openTask(planned: PlannedTask): Promise<void> {
    const id = idOf(planned);
    const restore = async (state: TaskState, changelogs: readonly ChangelogPartition[]): Promise<void> => {
      this.#restoring.set(id, { planned, state, progress: unrestored(changelogs) });
      await this.#changelogs.restore(changelogs);
    };
    await this.#creator.open(planned, restore, await this.#standbys.take(id));
  }

  /** Records the progress of a restore. */
  progressed({ taskId, store, records, remaining }: RestoreProgress): void {
    this.#restoring.get(taskId)?.progress.set(store, { store, restored: records, remaining });
  }

  /** The tasks continue from the committed offsets. */
  async seek(tasks: readonly Task[], consumer: Consumer): Promise<void> {
    const committed = await consumer.committed(tasks.flatMap(task => task.inputs.partitions));
    const first: TopicPartitionOffset[] = [];
    await Promise.all(
      tasks.map(async task => {
        const starts = new Map<string, InputStart>();
        const topicIds = byName<string>();
        for (const { topic, partition } of task.inputs.partitions) {
          const known = committed.find(of => of.topic === topic && of.partition === partition)?.offset ?? -1;
          const id = await consumer.topicId(topic);
          if (id !== undefined) topicIds[topic] = id;
          const offset = await this.#startOf(task, { topic, partition, offset: known }, id, consumer);
          starts.set(topic, known >= 0 ? { offset, committed: known } : { offset });
          if (known < 0) first.push({ topic, partition, offset });
        }
        task.seek(starts, topicIds);
      }),
    );
    await this.#committer.beginAt(first);
  }

  /**
   * Where a task starts in a partition of the topic with this id. `offset` is the group's committed offset, -1 if there
   * is none.
   */
  async #startOf(
    task: Task,
    { topic, partition, offset }: TopicPartitionOffset,
    id: string | undefined,
    consumer: Consumer,
  ): Promise<number> {
    const before = task.committedTopicId(topic);
    if (id === undefined || before === undefined || id === before) {
      return offset >= 0 ? offset : await this.#uncommitted(task, { topic, partition }, consumer);
    }
    const { low } = await consumer.watermarks({ topic, partition });
    this.#logger.warn(
      `topic ${topic} is not the one of which task ${task.id} has read up to ${task.nextOffset(topic)}: ` +
        `it was deleted and created again, and is read from its oldest record, ${low}`,
    );
    task.beginAgain(topic, low);
    return low;
  }

  /**
   * Where a task starts in a partition without a committed offset of the group. If the task has processed nothing of
   * it: at the oldest record. Otherwise the offset was lost (a broker forgets the offsets of a group that was away for
   * a week), and the task's state has it, because the two were committed together.
   */
  async #uncommitted(task: Task, { topic, partition }: TopicPartition, consumer: Consumer): Promise<number> {
    const { low, high } = await consumer.watermarks({ topic, partition });
    const next = task.nextOffset(topic);
    if (next === undefined) return low;
    if (next < low || next > high) {
      this.#logger.warn(
        `${topic}-${partition} has the offsets ${low} to ${high}, task ${task.id} had come to ${next}: goes on from ${low}`,
      );
      return low;
    }
    if (next > low) {
      this.#logger.warn(
        `no committed offset of ${topic}-${partition}: goes on from ${next}, where task ${task.id} had come`,
      );
    }
    return next;
  }

  /** Takes all tasks back to the last commit. */
  async rollback(): Promise<void> {
    for (const running of this.#running.values()) {
      running.task.state.rollback();
      running.task = await this.#creator.start(running.planned, running.task.state);
    }
  }

  /** Closes all tasks, and returns their ids. Their state on disk stays there. */
  async close(): Promise<readonly string[]> {
    await this.stopRestoring();
    const tasks = [...this.#running.values(), ...this.#parked.values()].map(({ task }) => task);
    // A query at this moment must not find a closed database.
    this.#running.clear();
    this.#parked.clear();
    for (const { state } of tasks) await state.close();
    return tasks.map(({ id }) => id);
  }

  async #closeOthers(ids: ReadonlySet<string>): Promise<string[]> {
    const closed: string[] = [];
    for (const [id, parked] of this.#parked) {
      if (ids.has(id) && (await this.#isCurrent(parked))) continue;
      await parked.task.state.close();
      this.#parked.delete(id);
      closed.push(id);
    }
    return closed;
  }

  /**
   * False if another member had the task in between: the revocation of a session that timed out looks like any other.
   */
  async #isCurrent({ planned, changelogEnds }: ParkedTask): Promise<boolean> {
    const ends = await this.#changelogEnds(planned);
    return [...ends].every(([store, end]) => end === changelogEnds.get(store));
  }

  async #changelogEnds(planned: PlannedTask): Promise<ReadonlyMap<string, number>> {
    const ends = this.#creator
      .changelogsOf(planned)
      .map(async changelog => [changelog.store, (await this.#producer.watermarks(changelog)).high] as const);
    return new Map(await Promise.all(ends));
  }

  /**
   * The tasks of which all partitions are assigned. The others can't run here. Throws a PartitionsChangedError if a
   * partition belongs to no task of the plan.
   */
  planned(partitions: readonly TopicPartition[]): PlannedTask[] {
    checkAssigned(this.#plan, partitions);
    const assigned = new Set(partitions.map(({ topic, partition }) => `${topic}-${partition}`));
    const tasks: PlannedTask[] = [];
    for (const sub of this.#plan.subTopologies) {
      for (let partition = 0; partition < sub.tasks; partition++) {
        const planned = { sub, partition };
        const inputs = inputsOf(planned).map(input => `${input.topic}-${input.partition}`);
        const here = inputs.filter(input => assigned.has(input));
        if (here.length === inputs.length) tasks.push(planned);
        else if (here.length > 0) {
          this.#logger.warn(`task ${idOf(planned)} can't run: only ${here.join(', ')} of its input is assigned here`);
        }
      }
    }
    return tasks;
  }
}

/** The progress of a task that was just opened: it is unknown how much is to be restored. */
function unrestored(changelogs: readonly ChangelogPartition[]): Map<string, StoreRestore> {
  return new Map(changelogs.map(({ store }) => [store, { store, restored: 0, remaining: undefined }]));
}
