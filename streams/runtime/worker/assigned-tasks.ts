import type { Logger } from '../../kafka/logger.js';
import { type Consumer, KafkaClientError } from '../../kafka/ports.js';
import { asError } from '../errors.js';
import { idOf, inputsOf, type PlannedTask } from '../plan/planned-task.js';
import type { ChangelogEnds, TaskChangelog } from '../restore/changelog-ends.js';
import type { TaskStatus } from '../status/process-status.js';
import type { Task } from '../task/task.js';
import type { TaskCreator } from '../task/task-creator.js';
import { runningTask } from '../task/task-status.js';
import type { RestoringTasks } from './restoring-tasks.js';
import type { StartingOffsets } from './starting-offsets.js';

interface RunningTask {
  readonly planned: PlannedTask;
  task: Task;
}

/** A task that was revoked after a commit, with the ends of its changelogs at that time, by store. */
interface ParkedTask extends RunningTask {
  readonly changelogEnds: ReadonlyMap<string, number>;
}

export interface AssignedTasksOptions {
  readonly creator: TaskCreator;
  readonly restoring: RestoringTasks;
  readonly starts: StartingOffsets;
  readonly consumer: Consumer;
  readonly ends: ChangelogEnds;
  readonly logger: Logger;
}

/**
 * The tasks of one worker. Each runs as soon as its own state is restored. Revoked tasks are parked with their stores
 * open until the next assignment: an eager rebalance revokes everything, and assigns most of it again.
 */
export class AssignedTasks {
  readonly #options: AssignedTasksOptions;
  readonly #running = new Map<string, RunningTask>();
  readonly #parked = new Map<string, ParkedTask>();

  constructor(options: AssignedTasksOptions) {
    this.#options = options;
  }

  get running(): readonly Task[] {
    return [...this.#running.values()].map(({ task }) => task);
  }

  get isRestoring(): boolean {
    return !this.#options.restoring.isEmpty;
  }

  get status(): readonly TaskStatus[] {
    const all = [...this.running.map(runningTask), ...this.#options.restoring.status];
    return all.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The changelogs of the running tasks. */
  get changelogs(): readonly TaskChangelog[] {
    return [...this.#running.values()].flatMap(({ planned }) => this.#options.creator.changelogsOf(planned));
  }

  /** Everything was revoked. The work of the tasks must be committed. */
  async park(): Promise<void> {
    await this.#options.restoring.stop();
    for (const [id, { planned, task }] of this.#running) {
      this.#parked.set(id, { planned, task, changelogEnds: await this.#changelogEnds(planned) });
    }
    this.#running.clear();
  }

  /** Writes parked tasks to disk. Whichever instance gets a task next, this one need not replay what it has here. */
  async persistParked(now: number): Promise<void> {
    for (const { task, changelogEnds } of this.#parked.values()) await task.state.persist(now, changelogEnds);
  }

  /**
   * Takes these tasks. Parked tasks run at once, the others when their state is restored (`startRestored`), from their
   * standby here if there is one. Closes the parked tasks that were not assigned again, and returns their ids.
   */
  async assign(planned: readonly PlannedTask[]): Promise<readonly string[]> {
    const { consumer, restoring } = this.#options;
    const closed = await this.#closeOthers(new Set(planned.map(idOf)));
    // Stable offsets first: the changelog ends, which are requested next, then cover everything that was committed with
    // them.
    await consumer.committed(planned.flatMap(inputsOf));
    const missing = planned.filter(task => !this.#parked.has(idOf(task)));
    for (const [id, { planned: parked, task }] of this.#parked) this.#running.set(id, { planned: parked, task });
    this.#parked.clear();
    for (const task of missing) await restoring.begin(task);
    return closed;
  }

  /** Starts the tasks whose state is restored, from the committed offsets. Throws the error of the restore. */
  async startRestored(): Promise<readonly Task[]> {
    const { creator, restoring, starts } = this.#options;
    const started: RunningTask[] = [];
    for (const { planned, state } of restoring.restored) {
      started.push({ planned, task: await creator.start(planned, state) });
    }
    const tasks = started.map(({ task }) => task);
    if (tasks.length > 0) await starts.seek(tasks);
    for (const running of started) {
      restoring.release(running.task.id);
      this.#running.set(running.task.id, running);
    }
    return tasks;
  }

  /** The running tasks continue from the committed offsets. */
  async seek(): Promise<void> {
    await this.#options.starts.seek(this.running);
  }

  /** The transaction is about to be aborted. Nothing that the tasks have begun may come into the next one. */
  stop(): void {
    for (const { task } of this.#running.values()) task.stop();
  }

  /** Takes all tasks back to the last commit. */
  async rollback(): Promise<void> {
    for (const running of this.#running.values()) {
      this.#closeStopped(running.task);
      running.task.state.rollback();
      running.task = await this.#options.creator.start(running.planned, running.task.state);
    }
  }

  /** What it has done is undone, so an error of its close is not worth the application, as in Java. */
  #closeStopped(task: Task): void {
    try {
      task.close();
    } catch (error) {
      this.#options.logger.warn(asError(error).message);
    }
  }

  /** Closes all tasks, and returns their ids. Their state on disk stays there. */
  async close(dirty = false): Promise<readonly string[]> {
    await this.#options.restoring.stop();
    const tasks = [...this.#running.values(), ...this.#parked.values()].map(({ task }) => task);
    // A query at this moment must not find a closed database.
    this.#running.clear();
    this.#parked.clear();
    if (dirty) for (const task of tasks) this.#closeStopped(task);
    const closed = await Promise.allSettled(tasks.map(closeWithState));
    const failed = closed.find(({ status }) => status === 'rejected');
    if (failed !== undefined) await Promise.reject((failed as PromiseRejectedResult).reason);
    return tasks.map(({ id }) => id);
  }

  async #closeOthers(ids: ReadonlySet<string>): Promise<string[]> {
    const closed: string[] = [];
    for (const [id, parked] of this.#parked) {
      if (ids.has(id) && (await this.#isCurrent(parked))) continue;
      this.#parked.delete(id);
      await closeWithState(parked.task);
      closed.push(id);
    }
    return closed;
  }

  /**
   * False if another member had the task in between: the revocation of a session that timed out looks like any other.
   * False too if the cluster does not say: a task that is restored finds out by itself.
   */
  async #isCurrent({ planned, changelogEnds }: ParkedTask): Promise<boolean> {
    try {
      const ends = await this.#changelogEnds(planned);
      return [...ends].every(([store, end]) => end === changelogEnds.get(store));
    } catch (error) {
      if (!(error instanceof KafkaClientError && error.isUnanswered)) throw error;
      return false;
    }
  }

  async #changelogEnds(planned: PlannedTask): Promise<ReadonlyMap<string, number>> {
    const { creator, ends } = this.#options;
    return await ends.byStore(creator.changelogsOf(planned));
  }
}

async function closeWithState(task: Task): Promise<void> {
  try {
    task.close();
  } finally {
    await task.state.close();
  }
}
