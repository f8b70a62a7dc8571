import { CacheRoom } from '../../../stores/bytes/cache-room.js';
import { StateAccessError } from '../../../stores/bytes/state-access-error.js';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { UnreadableStateError } from '../../../stores/bytes/unreadable-state-error.js';
import { rowRecords } from '../../../stores/encoding/changelog-codec.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock } from '../../kafka/ports.js';
import type { RecordCollector } from '../output/record-collector.js';
import { idOf, type PlannedTask } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import type { TaskChangelog } from '../restore/changelog-ends.js';
import type { ChangelogPartition } from '../restore/changelog-partition.js';
import type { StateDirectory } from '../state/state-directory.js';
import type { StreamsConfig } from '../streams-config.js';
import { Task, type TaskOptions } from './task.js';
import { CHECKPOINT_STORE, isCheckpointOf } from './task-checkpoint.js';

/** For each store of a task, what it has read from disk. */
const CLEAN_CACHE_BYTES = 2_500_000;
/** For all stores of a worker together, beside that. A store that is read a lot has up to this. */
const CLEAN_CACHE_ROOM_BYTES = 30_000_000;

/** Opens, restores and rebuilds the tasks of one worker. */
export class TaskCreator {
  readonly #plan: TopologyPlan;
  readonly #config: StreamsConfig;
  readonly #directory: StateDirectory;
  readonly #collector: RecordCollector;
  readonly #globalStores: TaskOptions['globalStores'];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #cleanCacheRoom = new CacheRoom(CLEAN_CACHE_ROOM_BYTES);

  constructor(options: {
    readonly plan: TopologyPlan;
    readonly config: StreamsConfig;
    readonly directory: StateDirectory;
    readonly collector: RecordCollector;
    readonly globalStores: TaskOptions['globalStores'];
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#plan = options.plan;
    this.#config = options.config;
    this.#directory = options.directory;
    this.#collector = options.collector;
    this.#globalStores = options.globalStores;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  #changelogs(task: PlannedTask, state: TaskState): ChangelogPartition[] {
    return this.changelogsOf(task).map(changelog => ({
      ...changelog,
      state,
      onlyKey: changelog.store === CHECKPOINT_STORE ? idOf(task) : undefined,
      isValid: record => isCheckpointOf(idOf(task), record, this.#logger),
      codec:
        task.subTopology.stores.find(({ spec }) => spec.name === changelog.store)?.spec.kind.changelog ?? rowRecords,
    }));
  }

  /** A task on restored state, as of its last commit. */
  async start(planned: PlannedTask, state: TaskState): Promise<Task> {
    const task = this.#create(planned, state);
    try {
      await task.init();
      return task;
    } catch (error) {
      task.close();
      throw error;
    }
  }

  /**
   * A standby forgets what the running task has forgotten by its last commit, because expiry is in no changelog.
   * Nothing else may write to the state at the same time.
   */
  async expire(planned: PlannedTask, state: TaskState): Promise<void> {
    this.#create(planned, state).resume();
    state.stage();
    state.commit();
    await state.persist(this.#clock.now(), new Map());
  }

  #create(planned: PlannedTask, state: TaskState): Task {
    return new Task({
      planned,
      state,
      collector: this.#collector,
      handlers: {
        deserialization: this.#config.deserializationExceptionHandler,
        processing: this.#config.processingExceptionHandler,
        production: this.#config.productionExceptionHandler,
        deadLetterTopic: this.#config.deadLetterTopic,
      },
      caching: this.#config.caching,
      globalStores: this.#globalStores,
      auditTopic: this.#plan.auditTopic,
      instance: { instance: this.#directory.instanceId, host: this.#config.applicationServer ?? null },
      clock: this.#clock,
      maxTimestampAheadMs: this.#config.maxTimestampAheadMs,
    });
  }

  /** The changelogs that the task writes. */
  changelogsOf(task: PlannedTask): readonly TaskChangelog[] {
    const { subTopology, partition } = task;
    const stores = subTopology.stores.flatMap(({ spec, changelog }) =>
      changelog === undefined ? [] : [[spec.name, changelog]],
    );
    return [...stores, [CHECKPOINT_STORE, this.#plan.auditTopic]].map(([store = '', topic = '']) => ({
      taskId: idOf(task),
      store,
      topic,
      partition,
    }));
  }

  /**
   * Opens the state of a task on disk, or takes `standby`, which is open already. `read` begins to read its changelogs.
   * State that can't be used (corrupt, or of another format) is deleted, and restored from the beginning.
   */
  async open(
    task: PlannedTask,
    read: (state: TaskState, changelogs: readonly ChangelogPartition[]) => Promise<void>,
    standby?: TaskState,
  ): Promise<TaskState> {
    const state = standby ?? (await this.#openDirectory(task));
    try {
      await read(state, this.#changelogs(task, state));
      return state;
    } catch (error) {
      await state.close();
      throw error;
    }
  }

  async #openDirectory(task: PlannedTask): Promise<TaskState> {
    const id = idOf(task);
    try {
      return await this.#openState(task);
    } catch (error) {
      if (error instanceof UnreadableStateError) return await this.#rebuild(task, error.message);
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new StateAccessError(`state of task ${id} in ${this.#directory.location} can't be opened: ${reason}`, {
        cause: error,
      });
    }
  }

  /** Deletes closed state that can't be used. It will be restored from the beginning. */
  async #rebuild(task: PlannedTask, reason: string): Promise<TaskState> {
    const id = idOf(task);
    this.#logger.warn(`task ${id}: its state is rebuilt from the changelogs: ${reason}`);
    await this.#directory.wipe(id);
    return await this.#openState(task);
  }

  #openState(task: PlannedTask): Promise<TaskState> {
    const specs = task.subTopology.stores.map(({ spec }) => spec);
    const names = [...specs.map(({ name }) => name), CHECKPOINT_STORE];
    return TaskState.open(this.#directory.level(idOf(task)), names, {
      now: this.#clock.now(),
      cleanCacheBytes: CLEAN_CACHE_BYTES,
      cleanCacheRoom: this.#cleanCacheRoom,
      discard: () => this.#directory.wipe(idOf(task)),
      inMemory: specs.filter(({ inMemory }) => inMemory).map(({ name }) => name),
    });
  }
}
