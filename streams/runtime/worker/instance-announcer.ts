import { INSTANCE_EXPIRES_AFTER_MS } from '../../audit/audit-table.js';
import { encodeInstance, instanceKey } from '../../audit/checkpoint.js';
import type { Logger } from '../../kafka/logger.js';
import { type Clock, KafkaClientError } from '../../kafka/ports.js';
import { NO_HEADERS } from '../../kafka/record.js';
import type { Committer } from '../commit/committer.js';
import { ANY_PARTITION, type RecordCollector } from '../output/record-collector.js';
import { RecordRefusedError } from '../output/refusals.js';
import type { InstanceIdentity } from '../task/task-checkpoint.js';

/** How often an instance with tasks announces itself, so that the others do not consider it dead. */
export const INSTANCE_ANNOUNCES_EVERY_MS = INSTANCE_EXPIRES_AFTER_MS / 3;

/** The tasks and standbys of an instance. */
export interface InstanceTasks {
  readonly tasks: readonly string[];
  readonly standbys: readonly string[];
}

/**
 * Announces, in the audit topic, the tasks of this instance and its address. It does so before the tasks are restored,
 * so that queries find the instance that restores. An instance that serves nothing, and whose application has no
 * standbys, announces nothing.
 */
export class InstanceAnnouncer {
  readonly #identity: InstanceIdentity;
  readonly #silent: boolean;
  readonly #auditTopic: string;
  readonly #collector: RecordCollector;
  readonly #committer: Committer;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #announced: Buffer | undefined;
  #announcedAt = 0;
  /** Instances that counted as dead at the last announcement of this one. */
  #suspects: ReadonlySet<string> = new Set();

  constructor(options: {
    readonly identity: InstanceIdentity;
    readonly hasStandbys: boolean;
    readonly auditTopic: string;
    readonly collector: RecordCollector;
    readonly committer: Committer;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#identity = options.identity;
    this.#silent = options.identity.host === null && !options.hasStandbys;
    this.#auditTopic = options.auditTopic;
    this.#collector = options.collector;
    this.#committer = options.committer;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** In a transaction of its own: no transaction may be ending. No-op if nothing has changed. */
  async announce(has: InstanceTasks): Promise<void> {
    if (this.#silent) return;
    const record = encodeInstance({ ...this.#identity, ...has });
    if (this.#announced?.equals(record) === true) return;
    await this.#send(record);
    this.#announced = record;
  }

  /** True if this instance announced itself at least this long ago. */
  isDue(everyMs: number): boolean {
    return this.#announced !== undefined && this.#clock.monotonic() - this.#announcedAt >= everyMs;
  }

  /**
   * Repeats the announcement, in a transaction of its own: no transaction may be ending, and nothing may be
   * uncommitted. Withdraws the announcements of instances that are `silent` now and were silent the last time: a
   * process that was stopped itself may not have read their announcements yet. An instance that is alive announces
   * itself again when it is due.
   */
  async renew(silent: readonly string[]): Promise<void> {
    if (this.#announced === undefined) return;
    const others = silent.filter(instance => instance !== this.#identity.instance);
    const dead = others.filter(instance => this.#suspects.has(instance));
    this.#suspects = new Set(others);
    for (const instance of dead) this.#put(instance, null);
    if (dead.length > 0) this.#logger.info(`withdrew the announcements of dead instances: ${dead.join(', ')}`);
    await this.#send(this.#announced);
  }

  /**
   * The instance closes, with everything committed. If this fails, others go on asking here for a while. That is no
   * reason to fail.
   */
  async withdraw(): Promise<void> {
    if (this.#announced === undefined) return;
    this.#announced = undefined;
    try {
      await this.#send(null);
    } catch (error) {
      if (!(error instanceof KafkaClientError || error instanceof RecordRefusedError)) throw error;
      this.#logger.warn(`could not announce that this instance closes: ${error.message}`);
    }
  }

  async #send(record: Buffer | null): Promise<void> {
    this.#announcedAt = this.#clock.monotonic();
    this.#put(this.#identity.instance, record);
    await this.#committer.commit([]);
  }

  #put(instance: string, record: Buffer | null): void {
    const key = Buffer.from(instanceKey(instance));
    this.#collector.send(this.#auditTopic, ANY_PARTITION, key, record, this.#clock.now(), NO_HEADERS);
  }
}
