import { encodeInstance, instanceKey } from '../audit/audit-record.js';
import { NO_HEADERS } from '../kafka/record.js';
import type { Committer } from './committer.js';
import { ANY_PARTITION, type RecordCollector } from './record-collector.js';
import type { InstanceIdentity } from './task-audit.js';

/**
 * Tells the others, by the audit topic, which tasks this instance has and where it serves them. It says so before the tasks are
 * restored: whoever looks finds the restore. An instance that serves nothing announces nothing.
 */
export class InstanceAnnouncer {
  readonly #identity: InstanceIdentity;
  readonly #auditTopic: string;
  readonly #collector: RecordCollector;
  readonly #committer: Committer;
  readonly #now: () => number;
  #announced: string | undefined;

  constructor(options: {
    readonly identity: InstanceIdentity;
    readonly auditTopic: string;
    readonly collector: RecordCollector;
    readonly committer: Committer;
    readonly now: () => number;
  }) {
    this.#identity = options.identity;
    this.#auditTopic = options.auditTopic;
    this.#collector = options.collector;
    this.#committer = options.committer;
    this.#now = options.now;
  }

  /** In a transaction of its own: none may be ending. Says nothing if it would say the same again. */
  async announce(tasks: readonly string[]): Promise<void> {
    if (this.#identity.host === null) return;
    const record = encodeInstance({ ...this.#identity, tasks });
    if (this.#announced === record.toString()) return;
    await this.#send(record);
    this.#announced = record.toString();
  }

  /** The instance closes. */
  async withdraw(): Promise<void> {
    if (this.#announced === undefined) return;
    await this.#send(null);
    this.#announced = undefined;
  }

  async #send(record: Buffer | null): Promise<void> {
    const key = Buffer.from(instanceKey(this.#identity.instance));
    this.#collector.send(this.#auditTopic, ANY_PARTITION, key, record, this.#now(), NO_HEADERS);
    await this.#committer.commit([]);
  }
}
