import { type Clock, type Consumer, KafkaClientError } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';
import type { CommitSequence } from '../commit/commit-sequence.js';
import type { Committer } from '../commit/committer.js';
import { SourceTopicsChangedError } from '../plan/partition-changes.js';
import { idOf, type PlannedTask } from '../plan/planned-task.js';
import type { ChangelogOffsets } from '../restore/changelog-offsets.js';
import type { StandbyTasks } from '../standby/standby-tasks.js';
import type { StreamsMetrics } from '../status/streams-metrics.js';
import type { AssignedTasks } from './assigned-tasks.js';
import type { IdleCheck } from './idle-check.js';
import type { InputReader } from './input-reader.js';
import type { InstanceAnnouncer } from './instance-announcer.js';

const UNKNOWN_MEMBER = 25;

type Rebalance =
  | { readonly kind: 'assigned'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'revoked' };

/**
 * The state of the group's assignment: all was revoked; some of it is being restored; all of it runs, even if it is
 * nothing.
 */
export type Assignment = 'revoked' | 'restoring' | 'running';

export interface WorkerGroupOptions {
  readonly consumer: Consumer;
  readonly assigned: AssignedTasks;
  readonly standbys: Pick<StandbyTasks, 'ids'>;
  readonly input: InputReader;
  readonly idle: IdleCheck;
  readonly committer: Committer;
  readonly commits: CommitSequence;
  readonly offsets: ChangelogOffsets;
  readonly announcer: InstanceAnnouncer;
  readonly clock: Clock;
  readonly metrics: StreamsMetrics;
  /** The tasks that can run with these partitions. Throws a PartitionsChangedError. */
  readonly runnable: (partitions: readonly TopicPartition[]) => PlannedTask[];
  readonly onAssignment: (assignment: Assignment) => void;
}

/**
 * What the group assigns to a worker. A revocation commits and parks all tasks. An assignment takes its tasks, and each
 * of them runs when it is restored (Java: `StreamsRebalanceListener`, and what `TaskManager` does for it).
 */
export class WorkerGroup {
  readonly #options: WorkerGroupOptions;
  readonly #rebalances: Rebalance[] = [];
  #assignment: Assignment = 'revoked';
  /** Topics that are not those of the plan. undefined: those of the plan. */
  #resubscribed: readonly string[] | undefined;

  constructor(options: WorkerGroupOptions) {
    this.#options = options;
  }

  get state(): Assignment {
    return this.#assignment;
  }

  /** Joins the group. Its rebalances wait for the next `update`. */
  join(topics: readonly string[]): void {
    this.#subscribe(topics);
  }

  get maySubscribe(): boolean {
    return this.#assignment !== 'revoked' && this.#rebalances.length === 0;
  }

  /**
   * Subscribes to other topics, as the same member. When the group has assigned them, `update` throws a
   * SourceTopicsChangedError. Returns false, and does nothing, during a rebalance: the next assignment must be that of
   * the new subscription.
   */
  resubscribe(topics: readonly string[]): boolean {
    if (!this.maySubscribe) return false;
    this.#resubscribed = topics;
    this.#subscribe(topics);
    return true;
  }

  #subscribe(topics: readonly string[]): void {
    this.#options.consumer.subscribe(topics, {
      onPartitionsAssigned: partitions => this.#rebalances.push({ kind: 'assigned', partitions }),
      onPartitionsRevoked: () => this.#rebalances.push({ kind: 'revoked' }),
    });
  }

  /** Follows the rebalances since the last call, and starts the tasks that are restored. */
  async update(): Promise<void> {
    for (let next = this.#rebalances.shift(); next !== undefined; next = this.#rebalances.shift()) {
      if (next.kind === 'revoked') await this.#revoke();
      else await this.#take(next.partitions);
    }
    await this.#startRestored();
  }

  /** Continues reading from the committed offsets, with the tasks that run. */
  async seek(): Promise<void> {
    const { assigned, input, idle } = this.#options;
    await assigned.seek();
    await input.assign(assigned.running);
    idle.reset();
  }

  /** If the group refuses the commit, the tasks are closed with the state that they have on disk. */
  async commitAndPark(): Promise<void> {
    const { assigned, commits } = this.#options;
    try {
      await commits.settle();
      // Others may take the tasks while they wait.
      for (const task of assigned.running) await task.settle();
      await this.#checkOwned();
      await commits.commit();
      await this.#park();
    } catch (error) {
      assigned.stop();
      await commits.abort(error);
      await assigned.rollback();
      this.#forget(await assigned.close(true));
    }
  }

  async #revoke(): Promise<void> {
    await this.commitAndPark();
    this.#become('revoked');
    this.#options.input.unassign();
  }

  /**
   * Throws a KafkaClientError if others have committed offsets of a task since its last commit: then the session of
   * this member has ended. A group without members would accept its offsets, and the work of the others would be done
   * again.
   */
  async #checkOwned(): Promise<void> {
    const own = this.#options.assigned.running.flatMap(task => task.inputs.committed);
    const group = await this.#options.consumer.committed(own);
    own.forEach(({ topic, partition, offset }, index) => {
      const committed = group[index]?.offset ?? -1;
      if (committed === -1 || committed === offset) return;
      const message = `others have committed ${topic}-${partition} up to ${committed}, this instance up to ${offset}`;
      throw new KafkaClientError(message, 'abort', UNKNOWN_MEMBER);
    });
  }

  /**
   * Parks the tasks with the exact ends of their changelogs. The group is asked twice to take their offsets again. The
   * first request succeeds when the markers of the earlier transactions are written. The second one succeeds only if
   * this instance was in the group all the time, so the ends requested in between are those of its own commits. A
   * process that was stopped for longer than its session may have nothing to commit, and would not notice otherwise.
   */
  async #park(): Promise<void> {
    const { assigned, committer, clock } = this.#options;
    const offsets = assigned.running.flatMap(task => task.inputs.committed);
    await committer.commit(offsets);
    await assigned.park();
    await committer.commit(offsets);
    await assigned.persistParked(clock.now());
  }

  async #take(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, assigned, standbys, input, announcer, metrics, runnable } = this.#options;
    // Answers the group at once. Records come when the tasks are known.
    consumer.assign([]);
    metrics.rebalanced();
    if (this.#resubscribed !== undefined) throw new SourceTopicsChangedError(this.#resubscribed);
    const planned = runnable(partitions);
    const tasks = planned.map(idOf);
    const others = standbys.ids.filter(id => !tasks.includes(id));
    const assigning = announcer.announce({ tasks, standbys: others }).then(() => assigned.assign(planned));
    this.#forget(await input.whilePolling(assigning));
    await this.seek();
    this.#become('restoring');
  }

  /** Restored tasks join those that run. When the last one has, the whole assignment runs. */
  async #startRestored(): Promise<void> {
    if (this.#assignment !== 'restoring') return;
    const { assigned, input, idle, metrics } = this.#options;
    const started = await assigned.startRestored();
    if (started.length > 0) {
      await input.extend(assigned.running);
      idle.reset();
      for (const _ of started) metrics.taskCreated();
    }
    if (!assigned.isRestoring) this.#become('running');
  }

  #forget(closed: readonly string[]): void {
    for (const id of closed) {
      this.#options.offsets.forget(id);
      this.#options.metrics.taskClosed();
    }
  }

  #become(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#options.onAssignment(assignment);
  }
}
