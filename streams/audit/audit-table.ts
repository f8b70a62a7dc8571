import type { ConsumerRecord } from '../kafka/record.js';
import {
  type Checkpoint,
  decodeCheckpointOf,
  decodeInstance,
  type InstanceRecord,
  isIdentityKey,
  isInstanceKey,
} from './checkpoint.js';

/**
 * An instance counts as dead after this time without a sign of life, an announcement or a commit of a task. It may have
 * died without withdrawing its announcement.
 */
export const INSTANCE_EXPIRES_AFTER_MS = 900_000;

/** The audit topic as a table: the latest record of each task, and of each instance that has not closed. */
export class AuditTable {
  readonly #tasks = new Map<string, Checkpoint>();
  readonly #instances = new Map<string, InstanceRecord>();
  /** Timestamps of the latest records, by key. */
  readonly #saidAt = new Map<string, number>();
  /** By instance, the time of its last announcement or commit of a task. */
  readonly #seenAt = new Map<string, number>();
  /** Instances without a sign of life since this time are left out. */
  #silentBefore = Number.NEGATIVE_INFINITY;

  /** By task id. */
  get tasks(): ReadonlyMap<string, Checkpoint> {
    return this.#tasks;
  }

  /** The live instances, by the keys of their announcements. */
  get instances(): ReadonlyMap<string, InstanceRecord> {
    return new Map([...this.#instances].filter(([, { instance }]) => !this.#isSilent(instance)));
  }

  /** Dead instances whose announcements are still in the topic. */
  get silent(): readonly string[] {
    return [...this.#instances.values()].flatMap(({ instance }) => (this.#isSilent(instance) ? [instance] : []));
  }

  /**
   * From now on, announcements of instances without a sign of life since `since` (milliseconds since the epoch) are
   * left out. A new announcement or commit brings an instance back. Call it only at the end of the topic: an unread
   * record may be a sign of life.
   */
  forgetSilent(since: number): void {
    this.#silentBefore = since;
  }

  /** Takes the next record of the topic. Throws, and changes nothing, if the record does not belong there. */
  apply({ key, value, timestamp }: ConsumerRecord): void {
    if (key === null) throw new Error('it has no key');
    const id = key.toString();
    if (isIdentityKey(id)) return;
    if (isInstanceKey(id)) {
      this.#applyInstance(id, value, timestamp);
    } else if (value === null) this.#tasks.delete(id);
    else {
      const record = decodeCheckpointOf(id, value);
      this.#tasks.set(id, record);
      if (record.instance !== null) this.#seen(record.instance, timestamp);
    }
    this.#saidAt.set(id, timestamp);
  }

  #applyInstance(key: string, value: Buffer | null, timestamp: number): void {
    if (value === null) {
      this.#instances.delete(key);
      return;
    }
    const record = decodeInstance(key, value);
    this.#instances.set(key, record);
    this.#seen(record.instance, timestamp);
  }

  #seen(instance: string, at: number): void {
    const before = this.#seenAt.get(instance);
    if (before === undefined || before < at) this.#seenAt.set(instance, at);
  }

  #isSilent(instance: string): boolean {
    return (this.#seenAt.get(instance) ?? Number.NEGATIVE_INFINITY) < this.#silentBefore;
  }

  /**
   * `host:port` that serves the stores of a task: of the instance that committed for it last; before its first commit,
   * of one that announced it. undefined if none is known, or if the instance serves nothing.
   */
  hostOf(task: string): string | undefined {
    const committed = this.#tasks.get(task);
    if (committed !== undefined) return committed.host ?? undefined;
    const announced = [...this.instances.values()].find(({ tasks }) => tasks.includes(task));
    return announced?.host ?? undefined;
  }

  /** `host:port` of the instances with standbys of a task. */
  standbyHostsOf(task: string): readonly string[] {
    return [...this.instances.values()].flatMap(({ host, standbys }) =>
      host !== null && standbys.includes(task) ? [host] : [],
    );
  }

  /**
   * The instance that has a task: of those that committed for it or announced it, the latest one. A closed instance
   * stays the owner until another one takes the task. undefined if none is known.
   */
  ownerOf(task: string): string | undefined {
    const committed = this.#tasks.get(task);
    let owner = committed?.instance ?? undefined;
    let at = committed === undefined ? Number.NEGATIVE_INFINITY : this.#at(task);
    for (const [key, { instance, tasks }] of this.#instances) {
      if (!tasks.includes(task) || this.#at(key) < at || this.#isSilent(instance)) continue;
      owner = instance;
      at = this.#at(key);
    }
    return owner;
  }

  /** Instances that have announced since `since` (wall clock, milliseconds since the epoch) that they have no task. */
  idleSince(since: number): readonly string[] {
    return [...this.#instances].flatMap(([key, { instance, tasks }]) =>
      tasks.length === 0 && this.#at(key) >= since ? [instance] : [],
    );
  }

  #at(key: string): number {
    return this.#saidAt.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  /** Every `host:port` of an instance. */
  get hosts(): readonly string[] {
    const hosts = [...this.instances.values(), ...this.#tasks.values()].flatMap(({ host }) =>
      host === null ? [] : [host],
    );
    return [...new Set(hosts)].sort();
  }
}
