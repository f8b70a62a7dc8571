import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock } from '../../kafka/ports.js';
import { idOf, type PlannedTask, tasksOf } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import type { ChangelogEnds } from '../restore/changelog-ends.js';
import type { ChangelogReader } from '../restore/changelog-reader.js';
import type { StandbyStatus } from '../status/process-status.js';
import type { TaskCreator } from '../task/task-creator.js';
import { placeStandbys } from './standby-placement.js';

const LOOK_EVERY_MS = 1000;
/**
 * During a rebalance the instances announce their tasks one after the other. Placements must be stable for this long.
 */
const SETTLED_AFTER_MS = 3000;
const EXPIRE_EVERY_MS = 30_000;
const ASK_ENDS_EVERY_MS = 5000;
/** How often an instance without tasks announces itself. */
export const IDLE_INSTANCE_ANNOUNCES_EVERY_MS = 30_000;
const IDLE_INSTANCE_GONE_AFTER_MS = 3 * IDLE_INSTANCE_ANNOUNCES_EVERY_MS;

export interface StandbyTasksOptions {
  readonly plan: TopologyPlan;
  readonly creator: TaskCreator;
  readonly changelogs: ChangelogReader;
  readonly ends: ChangelogEnds;
  /** The announcements of the instances. undefined until they are known. */
  readonly auditTable: () => AuditTable | undefined;
  readonly instance: string;
  readonly replicas: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Standby {
  readonly planned: PlannedTask;
  readonly state: TaskState;
  /** The ends of its changelogs, by store, at the last request. */
  ends: ReadonlyMap<string, number>;
}

/**
 * Copies of other instances' tasks, which follow their changelogs (Java: `StandbyTask`). Nobody assigns them: each
 * instance computes its own from the announcements of all. So two instances may keep the same standby for a while, or
 * none may. That costs time after a failure, and nothing else.
 */
export class StandbyTasks {
  readonly #options: StandbyTasksOptions;
  readonly #standbys = new Map<string, Standby>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #expiredAt: number;
  #endsAskedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> = Promise.resolve();
  /** The latest placement, and since when it is unchanged. */
  #seen = '';
  #seenSince = 0;

  constructor(options: StandbyTasksOptions) {
    this.#options = options;
    this.#expiredAt = options.clock.monotonic();
  }

  /** The ids of their tasks. */
  get ids(): readonly string[] {
    return [...this.#standbys.keys()];
  }

  get status(): readonly StandbyStatus[] {
    return [...this.#standbys]
      .map(([id, { ends }]) => {
        const positions = [...this.#options.changelogs.positions(id)];
        return {
          id,
          stores: positions.map(([store, position]) => {
            const end = ends.get(store);
            return { store, position, lag: end === undefined ? undefined : Math.max(0, end - position) };
          }),
        };
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** undefined if there is no standby of the task here. Only for reading. */
  state(taskId: string): TaskState | undefined {
    return this.#standbys.get(taskId)?.state;
  }

  /**
   * Opens and closes standbys after tasks of the group have moved. Returns true if the standbys have changed. `active`:
   * ids of the tasks that run here. Throws the error of reading their changelogs.
   */
  async update(active: ReadonlySet<string>): Promise<boolean> {
    const { replicas, changelogs, clock } = this.#options;
    if (replicas === 0) return false;
    changelogs.check();
    const now = clock.monotonic();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    await this.#expire(now);
    this.#askEnds(now);
    const placed = this.#placed().filter(planned => !active.has(idOf(planned)));
    const seen = placed.map(idOf).join();
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#seenSince = now;
    }
    if (now - this.#seenSince < SETTLED_AFTER_MS) return false;
    return await this.#keep(placed);
  }

  /**
   * Gives the state of a standby to the caller, who runs the task. The state has everything that the standby has read.
   */
  async take(taskId: string): Promise<TaskState | undefined> {
    const standby = this.#standbys.get(taskId);
    if (standby === undefined) return undefined;
    await this.#options.changelogs.remove(new Set([taskId]));
    this.#standbys.delete(taskId);
    return standby.state;
  }

  async close(): Promise<void> {
    await this.#close(this.ids);
    await this.#asking;
  }

  #placed(): PlannedTask[] {
    const { plan, auditTable, instance, replicas, clock } = this.#options;
    const table = auditTable();
    if (table === undefined) return [];
    const tasks = tasksOf(plan);
    const owners = new Map(tasks.map(task => [task, table.ownerOf(idOf(task))]));
    const members = new Set(table.idleSince(clock.now() - IDLE_INSTANCE_GONE_AFTER_MS));
    for (const owner of owners.values()) if (owner !== undefined) members.add(owner);
    return tasks.filter(task => {
      const owner = owners.get(task);
      if (owner === undefined) return false;
      const { partition, subTopology } = task;
      const placed = placeStandbys({
        members: [...members],
        owner,
        partition,
        partitions: subTopology.tasks,
        replicas,
      });
      return placed.includes(instance);
    });
  }

  async #keep(placed: readonly PlannedTask[]): Promise<boolean> {
    const ids = new Set(placed.map(idOf));
    const left = this.ids.filter(id => !ids.has(id));
    const added = placed.filter(planned => !this.#standbys.has(idOf(planned)));
    await this.#close(left);
    for (const planned of added) await this.#open(planned);
    if (added.length > 0) this.#options.logger.info(`standby of tasks ${this.ids.join(', ')}`);
    return left.length > 0 || added.length > 0;
  }

  async #open(planned: PlannedTask): Promise<void> {
    const { creator, changelogs } = this.#options;
    const state = await creator.open(planned, (_, partitions) => changelogs.follow(partitions));
    this.#standbys.set(idOf(planned), { planned, state, ends: new Map() });
  }

  async #close(ids: readonly string[]): Promise<void> {
    await this.#options.changelogs.remove(new Set(ids));
    for (const id of ids) {
      const state = this.#standbys.get(id)?.state;
      // A query at this moment must not find a closed database.
      this.#standbys.delete(id);
      await state?.close();
    }
  }

  async #expire(now: number): Promise<void> {
    if (now - this.#expiredAt < EXPIRE_EVERY_MS || this.#standbys.size === 0) return;
    this.#expiredAt = now;
    const { changelogs, creator } = this.#options;
    await changelogs.whilePaused(async () => {
      for (const { planned, state } of this.#standbys.values()) await creator.expire(planned, state);
    });
  }

  /** In the background: the lag is only reported. */
  #askEnds(now: number): void {
    if (now - this.#endsAskedAt < ASK_ENDS_EVERY_MS) return;
    this.#endsAskedAt = now;
    const { creator, ends } = this.#options;
    const ask = async (): Promise<void> => {
      for (const standby of this.#standbys.values()) {
        standby.ends = await ends.byStore(creator.changelogsOf(standby.planned));
      }
    };
    // Unknown this time. The next answer will do.
    this.#asking = this.#asking.then(ask).catch(() => {});
  }
}
