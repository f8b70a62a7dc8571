import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Clock, Producer } from '../../kafka/ports.js';
import type { TopologyPlan } from '../plan/task-plan.js';
import type { ChangelogReader } from '../restore/changelog-reader.js';
import type { StandbyStatus } from '../status/process-status.js';
import { idOf, type PlannedTask, type TaskCreator } from '../task/task-creator.js';
import { placeStandbys } from './standby-placement.js';

const LOOK_EVERY_MS = 1000;
/** In a rebalance the instances announce their tasks one after the other: what is seen in between is no assignment. */
const SETTLED_AFTER_MS = 3000;
const EXPIRE_EVERY_MS = 30_000;
const ASK_ENDS_EVERY_MS = 5000;
/** An instance without tasks says every now and then that it is there. */
export const IDLE_INSTANCE_ANNOUNCES_EVERY_MS = 30_000;
const IDLE_INSTANCE_GONE_AFTER_MS = 3 * IDLE_INSTANCE_ANNOUNCES_EVERY_MS;

export interface StandbyTasksOptions {
  readonly plan: TopologyPlan;
  readonly creator: TaskCreator;
  readonly changelogs: ChangelogReader;
  /** Asked for the ends of changelogs. */
  readonly producer: Pick<Producer, 'watermarks'>;
  /** What the instances announced; undefined as long as it is not known. */
  readonly auditTable: () => AuditTable | undefined;
  readonly instance: string;
  readonly replicas: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Standby {
  readonly planned: PlannedTask;
  readonly state: TaskState;
  /** Of its changelogs, by store, when they were last asked for. */
  ends: ReadonlyMap<string, number>;
}

/**
 * Copies of other instances' tasks, which follow their changelogs (Java: `StandbyTask`). Each instance finds out by itself which ones
 * are its own, from what all of them announced: nobody assigns them. So two may keep the same one for a while, or none; that costs
 * time after a failure, and nothing else.
 */
export class StandbyTasks {
  readonly #options: StandbyTasksOptions;
  readonly #standbys = new Map<string, Standby>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #expiredAt: number;
  #endsAskedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> = Promise.resolve();
  /** What was placed here at the last look, and since when. */
  #seen = '';
  #seenSince = 0;

  constructor(options: StandbyTasksOptions) {
    this.#options = options;
    this.#expiredAt = options.clock.monotonic();
  }

  /** Their tasks. */
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

  /** undefined if there is no standby of the task here. Only to be read. */
  state(taskId: string): TaskState | undefined {
    return this.#standbys.get(taskId)?.state;
  }

  /**
   * Opens and closes standbys where the tasks of the group moved since. Returns true if there are others now. `active`: ids of the
   * tasks that run here. Throws what reading their changelogs has failed with.
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

  /** The state of a task that is to run here, with all that its standby has read: it is the caller's from now on. */
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
    const tasks = plan.subTopologies.flatMap(sub =>
      Array.from({ length: sub.tasks }, (_, partition): PlannedTask => ({ sub, partition })),
    );
    const owners = new Map(tasks.map(task => [task, table.ownerOf(idOf(task))]));
    const members = new Set(table.idleSince(clock.now() - IDLE_INSTANCE_GONE_AFTER_MS));
    for (const owner of owners.values()) if (owner !== undefined) members.add(owner);
    return tasks.filter(task => {
      const owner = owners.get(task);
      if (owner === undefined) return false;
      const { partition, sub } = task;
      const placed = placeStandbys({ members: [...members], owner, partition, partitions: sub.tasks, replicas });
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
      // Whoever looks at it meanwhile must not find a closed database.
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

  /** In the background: it is for those who watch. */
  #askEnds(now: number): void {
    if (now - this.#endsAskedAt < ASK_ENDS_EVERY_MS) return;
    this.#endsAskedAt = now;
    const { creator, producer } = this.#options;
    const ask = async (): Promise<void> => {
      for (const standby of this.#standbys.values()) {
        const ends = new Map<string, number>();
        for (const changelog of creator.changelogsOf(standby.planned)) {
          ends.set(changelog.store, (await producer.watermarks(changelog)).high);
        }
        standby.ends = ends;
      }
    };
    // Not known this time: the next answer will do.
    this.#asking = this.#asking.then(ask).catch(() => {});
  }
}
