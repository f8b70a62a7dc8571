import type { TaskState } from '../../../stores/bytes/task-state.js';
import { idOf, type PlannedTask } from '../plan/planned-task.js';
import type { ChangelogPartition } from '../restore/changelog-partition.js';
import type { ChangelogReader, RestoreProgress } from '../restore/changelog-reader.js';
import type { StandbyTasks } from '../standby/standby-tasks.js';
import type { StoreRestore, TaskStatus } from '../status/process-status.js';
import type { TaskCreator } from '../task/task-creator.js';
import { restoringTask } from '../task/task-status.js';

/** A task whose state is open, while its changelogs are read. */
export interface RestoringTask {
  readonly planned: PlannedTask;
  readonly state: TaskState;
}

interface Restore extends RestoringTask {
  /** By store. */
  readonly progress: Map<string, StoreRestore>;
}

/** The tasks of one worker whose state is being restored. They run when it is. */
export class RestoringTasks {
  readonly #creator: TaskCreator;
  readonly #changelogs: ChangelogReader;
  readonly #standbys: Pick<StandbyTasks, 'take'>;
  readonly #restores = new Map<string, Restore>();

  constructor(creator: TaskCreator, changelogs: ChangelogReader, standbys: Pick<StandbyTasks, 'take'>) {
    this.#creator = creator;
    this.#changelogs = changelogs;
    this.#standbys = standbys;
  }

  get isEmpty(): boolean {
    return this.#restores.size === 0;
  }

  get status(): readonly TaskStatus[] {
    return [...this.#restores].map(([id, { progress }]) => restoringTask(id, [...progress.values()]));
  }

  /** undefined if the task is not being restored. Only for reading. */
  state(taskId: string): TaskState | undefined {
    return this.#restores.get(taskId)?.state;
  }

  /** Begins to restore a task, from its standby here if there is one. */
  async begin(planned: PlannedTask): Promise<void> {
    const id = idOf(planned);
    const restore = async (state: TaskState, changelogs: readonly ChangelogPartition[]): Promise<void> => {
      this.#restores.set(id, { planned, state, progress: unrestored(changelogs) });
      await this.#changelogs.restore(changelogs);
    };
    await this.#creator.open(planned, restore, await this.#standbys.take(id));
  }

  /** Records the progress of a restore. */
  progressed({ taskId, store, records, remaining }: RestoreProgress): void {
    this.#restores.get(taskId)?.progress.set(store, { store, restored: records, remaining });
  }

  /** The tasks whose state is restored. Throws the error of the restore. */
  get restored(): readonly RestoringTask[] {
    return [...this.#restores].filter(([id]) => !this.#changelogs.isRestoring(id)).map(([, task]) => task);
  }

  /** A restored task runs, and owns its state. */
  release(taskId: string): void {
    this.#restores.delete(taskId);
  }

  /** Stops the restores. What they have written to disk stays there. */
  async stop(): Promise<void> {
    await this.#changelogs.remove(new Set(this.#restores.keys()));
    for (const { state } of this.#restores.values()) await state.close();
    this.#restores.clear();
  }
}

/** The progress of a task that was just opened: it is unknown how much is to be restored. */
function unrestored(changelogs: readonly ChangelogPartition[]): Map<string, StoreRestore> {
  return new Map(changelogs.map(({ store }) => [store, { store, restored: 0, remaining: undefined }]));
}
