import { AuditFollower } from '../../audit/audit-follower.js';
import type { Logger } from '../../kafka/logger.js';
import type { Ports } from '../../kafka/ports.js';

/**
 * Knows where the tasks are, from what the processes announce in the audit topic. Begins to read it when it is first asked: a
 * process whose stores nobody asks for spends nothing on it.
 */
export class StoreOwners {
  readonly #open: () => Promise<AuditFollower>;
  #follower: Promise<AuditFollower> | undefined;
  #closed = false;

  constructor(options: {
    readonly ports: Ports;
    readonly clientId: string;
    readonly auditTopic: string;
    readonly logger: Logger;
  }) {
    this.#open = () => AuditFollower.open(options);
  }

  /** `host:port`; undefined if it is not known, or who has the task serves nothing. Rejects if the cluster does not answer. */
  async hostOf(task: string): Promise<string | undefined> {
    if (this.#closed) return undefined;
    this.#follower ??= this.#open();
    try {
      const { table } = await this.#follower;
      return table.hostOf(task);
    } catch (error) {
      this.#follower = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const follower = await this.#follower?.catch(() => undefined);
    await follower?.close();
  }
}
