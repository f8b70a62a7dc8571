import { AuditFollower } from '../../audit/audit-follower.js';
import type { AuditTable } from '../../audit/audit-table.js';
import type { Logger } from '../../kafka/logger.js';
import type { Ports } from '../../kafka/ports.js';

/**
 * Knows where the tasks are, from what the processes announce in the audit topic. Begins to read it when it is first asked: a
 * process whose stores nobody asks for spends nothing on it.
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

  /** What the processes announced; undefined as long as it is not known: to ask begins to read it. */
  get table(): AuditTable | undefined {
    if (this.#closed) return undefined;
    this.#following().catch(() => {});
    return this.#opened?.table;
  }

  /** Instances that died and left their announcements, as far as is known: to ask does not begin to read. */
  get silentInstances(): readonly string[] {
    return this.#opened?.table.silent ?? [];
  }

  /** `host:port`; undefined if it is not known, or who has the task serves nothing. Rejects if the cluster does not answer. */
  async hostOf(task: string): Promise<string | undefined> {
    if (this.#closed) return undefined;
    const { table } = await this.#following();
    return table.hostOf(task);
  }

  /** Where standbys of the task are, `host:port`. */
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
