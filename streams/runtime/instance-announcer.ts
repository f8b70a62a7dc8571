import { encodeInstance, instanceKey } from '../audit/audit-record.js';
import type { Logger } from '../kafka/logger.js';
import { KafkaClientError } from '../kafka/ports.js';
import { NO_HEADERS } from '../kafka/record.js';
import type { Committer } from './committer.js';
import { ANY_PARTITION, type RecordCollector } from './record-collector.js';
import type { InstanceIdentity } from './task-audit.js';

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
  readonly #now: () => number;
  readonly #logger: Logger;
  #announced: Buffer | undefined;
  #announcedAt = 0;

  constructor(options: {
    readonly identity: InstanceIdentity;
    readonly hasStandbys: boolean;
    readonly auditTopic: string;
    readonly collector: RecordCollector;
    readonly committer: Committer;
    readonly now: () => number;
    readonly logger: Logger;
  }) {
    this.#identity = options.identity;
    this.#silent = options.identity.host === null && !options.hasStandbys;
    this.#auditTopic = options.auditTopic;
    this.#collector = options.collector;
    this.#committer = options.committer;
    this.#now = options.now;
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

  /** Says the same again, if that was longer ago. */
  async renew(everyMs: number): Promise<void> {
    if (this.#announced === undefined || this.#now() - this.#announcedAt < everyMs) return;
    await this.#send(this.#announced);
  }

  /** The instance closes, with all committed: that the others go on asking here for a while is no reason to fail. */
  async withdraw(): Promise<void> {
    if (this.#announced === undefined) return;
    this.#announced = undefined;
    try {
      await this.#send(null);
    } catch (error) {
      if (!(error instanceof KafkaClientError)) throw error;
      this.#logger.warn(`could not tell that this instance closes: ${error.message}`);
    }
  }

  async #send(record: Buffer | null): Promise<void> {
    const key = Buffer.from(instanceKey(this.#identity.instance));
    this.#announcedAt = this.#now();
    this.#collector.send(this.#auditTopic, ANY_PARTITION, key, record, this.#now(), NO_HEADERS);
    await this.#committer.commit([]);
  }
}
