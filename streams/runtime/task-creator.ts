import { TaskState } from '../../stores/task-state.js';
import { UnreadableStateError } from '../../stores/unreadable-state-error.js';
import type { Logger } from '../kafka/logger.js';
import type { Clock, Consumer } from '../kafka/ports.js';
import type { TrackedChangelog } from './changelog-offsets.js';
import {
  type ChangelogPartition,
  type RestoreProgress,
  restoreChangelogs,
  TaskCorruptedError,
} from './changelog-reader.js';
import { SEEN } from './processors/distinct.js';
import type { RecordCollector } from './record-collector.js';
import type { StateDirectory } from './state-directory.js';
import type { StreamsConfig } from './streams-config.js';
import type { StreamsMetrics } from './streams-metrics.js';
import { Task, taskId } from './task.js';
import { AUDIT_STORE } from './task-audit.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/** Committed writes go to disk in batches: bigger ones are cheaper, and more has to be replayed after a crash. */
const FLUSH_POLICY = { maxEntries: 10_000, maxAgeMs: 2000 };

const CLEAN_CACHE_ENTRIES = 10_000;

/** A directory that was closed for longer may hold keys whose tombstones compaction has taken since. */
const STALE_AFTER_MS = 86_400_000;

export interface PlannedTask {
  readonly sub: PlannedSubTopology;
  readonly partition: number;
}

/** Opens, restores and rebuilds the tasks of one worker. */
export class TaskCreator {
  readonly #plan: TopologyPlan;
  readonly #config: StreamsConfig;
  readonly #directory: StateDirectory;
  readonly #collector: RecordCollector;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: StreamsMetrics;
  readonly #onRestore: (progress: RestoreProgress) => void;

  constructor(options: {
    readonly plan: TopologyPlan;
    readonly config: StreamsConfig;
    readonly directory: StateDirectory;
    readonly collector: RecordCollector;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: StreamsMetrics;
    readonly onRestore: (progress: RestoreProgress) => void;
  }) {
    this.#plan = options.plan;
    this.#config = options.config;
    this.#directory = options.directory;
    this.#collector = options.collector;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
    this.#onRestore = progress => {
      const { taskId, store, batch } = progress;
      if (batch > 0) options.metrics.restored(taskId, store, batch);
      options.onRestore(progress);
    };
  }

  /**
   * The tasks, with their state restored. State that can't be used (corrupt, of another format, outside its changelog, too
   * old) is deleted and restored from the beginning; that of other tasks is left alone.
   */
  async create(planned: readonly PlannedTask[], consumer: Consumer): Promise<Task[]> {
    const states = new Map<PlannedTask, TaskState>();
    for (const task of planned) states.set(task, await this.#open(task));
    for (let restored = false; !restored; ) {
      try {
        const changelogs = [...states].flatMap(([task, state]) => this.#changelogs(task, state));
        await restoreChangelogs(changelogs, consumer, () => this.#clock.now(), this.#onRestore);
        restored = true;
      } catch (error) {
        if (!(error instanceof TaskCorruptedError)) throw error;
        const corrupted = [...states].find(([task]) => idOf(task) === error.taskId);
        if (corrupted === undefined) throw error;
        const [task, state] = corrupted;
        await state.close();
        states.set(task, await this.#rebuild(task, error.message));
      }
    }
    const tasks: Task[] = [];
    for (const [task, state] of states) {
      tasks.push(await this.start(task, state));
      this.#metrics.taskCreated();
    }
    return tasks;
  }

  /** A task on restored state, as of its last commit. */
  async start(planned: PlannedTask, state: TaskState): Promise<Task> {
    const task = new Task({
      plan: planned.sub,
      partition: planned.partition,
      state,
      collector: this.#collector,
      handlers: {
        deserialization: this.#config.deserializationExceptionHandler,
        processing: this.#config.processingExceptionHandler,
        deadLetterTopic: this.#config.deadLetterTopic,
      },
      caching: this.#config.cacheMaxEntries > 0,
      auditTopic: this.#plan.auditTopic,
      instance: { instance: this.#directory.instanceId, host: this.#config.applicationServer ?? null },
      now: () => this.#clock.now(),
    });
    await task.init();
    return task;
  }

  /** Changelogs that the task writes. */
  changelogsOf(task: PlannedTask): readonly TrackedChangelog[] {
    const { sub, partition } = task;
    const stores = sub.stores.flatMap(({ spec, changelog }) =>
      changelog === undefined ? [] : [[spec.name, changelog]],
    );
    return [...stores, [AUDIT_STORE, this.#plan.auditTopic]].map(([store = '', topic = '']) => ({
      taskId: idOf(task),
      store,
      topic,
      partition,
    }));
  }

  #changelogs(task: PlannedTask, state: TaskState): ChangelogPartition[] {
    return this.changelogsOf(task).map(changelog => ({
      ...changelog,
      state,
      onlyKey: changelog.store === AUDIT_STORE ? idOf(task) : undefined,
      blocksOf: task.sub.stores.some(({ spec }) => spec.name === changelog.store && spec.writeOnce) ? SEEN : undefined,
    }));
  }

  async #open(task: PlannedTask): Promise<TaskState> {
    const id = idOf(task);
    try {
      const state = await this.#openState(task);
      const { writtenAt } = state;
      if (writtenAt === undefined || this.#clock.now() - writtenAt <= STALE_AFTER_MS) return state;
      await state.close();
      return await this.#rebuild(task, 'it was last written more than a day ago');
    } catch (error) {
      if (error instanceof UnreadableStateError) return await this.#rebuild(task, error.message);
      throw new Error(`state of task ${id} in ${this.#directory.location} can't be opened`, { cause: error });
    }
  }

  async #rebuild(task: PlannedTask, reason: string): Promise<TaskState> {
    const id = idOf(task);
    this.#logger.warn(`task ${id}: its state is rebuilt from the changelogs: ${reason}`);
    await this.#directory.wipe(id);
    return await this.#openState(task);
  }

  #openState(task: PlannedTask): Promise<TaskState> {
    const names = [...task.sub.stores.map(({ spec }) => spec.name), AUDIT_STORE];
    return TaskState.open(this.#directory.level(idOf(task)), names, {
      policy: FLUSH_POLICY,
      now: this.#clock.now(),
      cleanCacheEntries: CLEAN_CACHE_ENTRIES,
      discard: () => this.#directory.wipe(idOf(task)),
    });
  }
}

export function idOf({ sub, partition }: PlannedTask): string {
  return taskId(sub, partition);
}
