import { encodeInstance, instanceKey } from '../../audit/audit-record.js';
import { INSTANCE_EXPIRES_AFTER_MS } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import { type Clock, KafkaClientError } from '../../kafka/ports.js';
import { NO_HEADERS } from '../../kafka/record.js';
import type { Committer } from '../commit/committer.js';
import { ANY_PARTITION, type RecordCollector } from '../output/record-collector.js';
import { RecordRefusedError } from '../output/refusals.js';
import type { InstanceIdentity } from '../task/task-audit.js';

/** An instance that has tasks says every now and then that it is there, so that the others do not take it for dead. */
export const INSTANCE_ANNOUNCES_EVERY_MS = INSTANCE_EXPIRES_AFTER_MS / 3;

/** What an instance has. */
export interface InstanceTasks {
  readonly tasks: readonly string[];
  readonly standbys: readonly string[];
}

/**
 * Tells the others, by the audit topic, which tasks this instance has and where it serves them. It says so before the tasks are
 * restored: whoever looks finds the restore. An instance that serves nothing, and whose application has no standbys, announces nothing.
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
  /** Instances that counted as dead when this one last announced itself. */
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

  /** In a transaction of its own: none may be ending. Says nothing if it would say the same again. */
  async announce(has: InstanceTasks): Promise<void> {
    if (this.#silent) return;
    const record = encodeInstance({ ...this.#identity, ...has });
    if (this.#announced?.equals(record) === true) return;
    await this.#send(record);
    this.#announced = record;
  }

  /** True if this instance announced itself longer ago than that. */
  isDue(everyMs: number): boolean {
    return this.#announced !== undefined && this.#clock.monotonic() - this.#announcedAt >= everyMs;
  }

  /**
   * Says the same again, in a transaction of its own: none may be ending, and nothing may be uncommitted. Withdraws the announcements of
   * instances that are `silent`, and were so the last time: a process that was stopped itself may not have read yet what they said
   * meanwhile. One that lives after all announces itself again when it is due.
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

  /** The instance closes, with all committed: that the others go on asking here for a while is no reason to fail. */
  async withdraw(): Promise<void> {
    if (this.#announced === undefined) return;
    this.#announced = undefined;
    try {
      await this.#send(null);
    } catch (error) {
      if (!(error instanceof KafkaClientError || error instanceof RecordRefusedError)) throw error;
      this.#logger.warn(`could not tell that this instance closes: ${error.message}`);
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
