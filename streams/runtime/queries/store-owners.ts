import { AuditFollower } from '../../audit/audit-follower.js';
import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Ports } from '../../kafka/ports.js';

/**
 * Finds the process that has a task, by the announcements in the audit topic. It starts to read the topic at the first
 * query, so a process without queries spends nothing on it.
 */
export class StoreOwners {
  readonly #open: () => Promise<AuditFollower>;
  #follower: Promise<AuditFollower> | undefined;
  #opened: AuditFollower | undefined;
  #closed = false;

  constructor(options: {
    readonly ports: Ports;
    readonly clientId: string;
    readonly auditTopic: string;
    readonly logger: Logger;
  }) {
    this.#open = () => AuditFollower.open(options);
  }

  /** The announcements of the processes. undefined until they are known. The first access starts the reading. */
  get table(): AuditTable | undefined {
    if (this.#closed) return undefined;
    this.#following().catch(() => {});
    return this.#opened?.table;
  }

  /** Instances that died and left their announcements, as far as is known. Does not start the reading. */
  get silentInstances(): readonly string[] {
    return this.#opened?.table.silent ?? [];
  }

  /**
   * `host:port`. undefined if it is unknown, or if the process with the task serves nothing. Rejects if the cluster
   * does not answer.
   */
  async hostOf(task: string): Promise<string | undefined> {
    if (this.#closed) return undefined;
    const { table } = await this.#following();
    return table.hostOf(task);
  }

  /** `host:port` of the processes with standbys of the task. */
  async standbyHostsOf(task: string): Promise<readonly string[]> {
    if (this.#closed) return [];
    const { table } = await this.#following();
    return table.standbyHostsOf(task);
  }

  async #following(): Promise<AuditFollower> {
    this.#follower ??= this.#open();
    try {
      this.#opened = await this.#follower;
      return this.#opened;
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
