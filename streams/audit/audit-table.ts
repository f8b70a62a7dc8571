import type { ConsumerRecord } from '../kafka/record.js';
import {
  type AuditRecord,
  decodeAuditOf,
  decodeInstance,
  type InstanceRecord,
  isIdentityKey,
  isInstanceKey,
} from './audit-record.js';

/**
 * An instance that gives no sign of life for so long counts as dead: it neither announced itself nor committed for a task. It may have
 * died without withdrawing its announcement.
 */
export const INSTANCE_EXPIRES_AFTER_MS = 900_000;

/** The audit topic as a table: the latest record of each task, and of each instance that has not closed. */
export class AuditTable {
  readonly #tasks = new Map<string, AuditRecord>();
  readonly #instances = new Map<string, InstanceRecord>();
  /** Timestamps of the latest records, by key. */
  readonly #saidAt = new Map<string, number>();
  /** By instance, when it last announced itself or committed for a task. */
  readonly #seenAt = new Map<string, number>();
  /** Instances that were not seen since are left out. */
  #silentBefore = Number.NEGATIVE_INFINITY;

  /** By task id. */
  get tasks(): ReadonlyMap<string, AuditRecord> {
    return this.#tasks;
  }

  /** Those that are not forgotten, by the keys of their announcements. */
  get instances(): ReadonlyMap<string, InstanceRecord> {
    return new Map([...this.#instances].filter(([, { instance }]) => !this.#isSilent(instance)));
  }

  /** Instances that were forgotten, and whose announcements are still in the topic. */
  get silent(): readonly string[] {
    return [...this.#instances.values()].flatMap(({ instance }) => (this.#isSilent(instance) ? [instance] : []));
  }

  /**
   * From now on the announcements of instances are left out that gave no sign of life since `since` (milliseconds since the epoch).
   * Who announces itself or commits is there again. To be called when the end of the topic was met: what was not read may be a sign.
   */
  forgetSilent(since: number): void {
    this.#silentBefore = since;
  }

  /** Takes the next record of the topic. Throws, and changes nothing, if it is no record that belongs there. */
  apply({ key, value, timestamp }: ConsumerRecord): void {
    if (key === null) throw new Error('it has no key');
    const id = key.toString();
    if (isIdentityKey(id)) return;
    if (isInstanceKey(id)) {
      this.#applyInstance(id, value, timestamp);
    } else if (value === null) this.#tasks.delete(id);
    else {
      const record = decodeAuditOf(id, value);
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
   * Where the stores of a task are served, `host:port`: at the instance that committed for it last; before its first commit, at
   * one that announced it. undefined if nobody is known, or who has it serves nothing.
   */
  hostOf(task: string): string | undefined {
    const committed = this.#tasks.get(task);
    if (committed !== undefined) return committed.host ?? undefined;
    const announced = [...this.instances.values()].find(({ tasks }) => tasks.includes(task));
    return announced?.host ?? undefined;
  }

  /** Where standbys of a task are served, `host:port`. */
  standbyHostsOf(task: string): readonly string[] {
    return [...this.instances.values()].flatMap(({ host, standbys }) =>
      host !== null && standbys.includes(task) ? [host] : [],
    );
  }

  /**
   * The instance that has a task: of those that committed for it or announced it, the one that did so last. It stays the owner when
   * it closes, until another one takes the task. undefined if nobody is known.
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

  /** Every `host:port` at which an instance may be reached. */
  get hosts(): readonly string[] {
    const hosts = [...this.instances.values(), ...this.#tasks.values()].flatMap(({ host }) =>
      host === null ? [] : [host],
    );
    return [...new Set(hosts)].sort();
  }
}
