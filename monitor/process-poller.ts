import type { AuditTable } from 'tributary/audit';
import type { Clock, Logger } from 'tributary/kafka';
import { NodeRates } from './node-rates.js';
import { askProcess, type Fetch } from './process-client.js';
import { type ProcessStatus, parseProcessStatus } from './process-status.js';

const TIMEOUT_MS = 2000;
/** A process that does not answer, and has no task of the topology, is removed after this time. */
const FORGET_AFTER_MS = 300_000;
const MAX_PROCESSES = 1000;

/** A process in the audit topic. */
export interface KnownProcess {
  readonly host: string;
  readonly instance: string | null;
  /** Whether a task exists, as far as is known. */
  readonly owns: boolean;
}

export type Answer =
  | { readonly up: true; readonly status: ProcessStatus }
  | { readonly up: false; readonly reason: string };

export interface PolledProcess extends KnownProcess {
  readonly answer: Answer;
}

export interface ProcessPollerOptions {
  readonly applicationId: string;
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
}

/** Requests the status of the application's processes. */
export class ProcessPoller {
  readonly rates = new NodeRates();
  readonly #options: ProcessPollerOptions;
  readonly #closing = new AbortController();
  readonly #processes = new Map<string, PolledProcess>();
  /** By host, since when it has not answered. Milliseconds since the epoch. */
  readonly #missing = new Map<string, number>();
  #description: string | null = null;

  constructor(options: ProcessPollerOptions) {
    this.#options = options;
  }

  /** By host. */
  get processes(): readonly PolledProcess[] {
    return [...this.#processes.values()];
  }

  /** The topology, from the process that answered last. null until one has answered. */
  get description(): string | null {
    return this.#description;
  }

  /** Requests the status of all processes in the table, once. Only one round may be in progress. */
  async round(table: AuditTable): Promise<void> {
    const known = knownProcesses(table).slice(0, MAX_PROCESSES);
    for (const host of this.#processes.keys()) {
      if (!known.some(process => process.host === host)) this.#forget(host);
    }
    const answers = await Promise.all(
      known.map(async process => ({ ...process, answer: await this.#ask(process.host) })),
    );
    if (this.#closing.signal.aborted) return;
    this.#processes.clear();
    for (const process of answers) if (this.#isShown(process)) this.#processes.set(process.host, process);
    await this.#describe(answers.find(({ answer }) => answer.up)?.host);
  }

  /** Aborts the requests in progress. */
  close(): void {
    this.#closing.abort();
  }

  async #ask(host: string): Promise<Answer> {
    try {
      const status = parseStatus(await this.#get(host, '/status'));
      const { applicationId } = this.#options;
      if (status.applicationId !== applicationId) throw new Error(`it belongs to application ${status.applicationId}`);
      this.rates.answered(host, status, this.#options.clock.monotonic());
      this.#missing.delete(host);
      return { up: true, status };
    } catch (error) {
      this.rates.missed(host);
      if (!this.#missing.has(host)) this.#missing.set(host, this.#options.clock.monotonic());
      return { up: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #isShown({ host, owns }: KnownProcess): boolean {
    const since = this.#missing.get(host);
    return owns || since === undefined || this.#options.clock.monotonic() - since < FORGET_AFTER_MS;
  }

  #forget(host: string): void {
    this.rates.missed(host);
    this.#missing.delete(host);
  }

  async #describe(host: string | undefined): Promise<void> {
    if (host === undefined) return;
    try {
      this.#description = await this.#get(host, '/topology');
    } catch (error) {
      this.#options.logger.debug(`topology of ${host}: ${String(error)}`);
    }
  }

  #get(host: string, path: string): Promise<string> {
    return askProcess(this.#options.fetch, host, path, TIMEOUT_MS, this.#closing.signal);
  }
}

function parseStatus(text: string): ProcessStatus {
  try {
    return parseProcessStatus(text);
  } catch (error) {
    throw new Error('its answer is no status of a topology process', { cause: error });
  }
}

/**
 * Processes that have announced themselves, and processes that committed last for a task that nobody announces. An
 * announcement has precedence over a commit: a process that restores a task has not committed for it yet.
 */
export function knownProcesses(table: AuditTable): readonly KnownProcess[] {
  const { tasks, instances } = table;
  const known = new Map<string, KnownProcess>();
  const hostOfTask = (task: string): string | null | undefined => tasks.get(task)?.host;
  const announced = new Set<string>();
  for (const { host, instance, tasks: announcedTasks } of instances.values()) {
    for (const task of announcedTasks) announced.add(task);
    if (host === null) continue;
    const owns = announcedTasks.some(task => {
      const committedAt = hostOfTask(task);
      return committedAt === host || (committedAt === undefined && table.ownerOf(task) === instance);
    });
    known.set(host, { host, instance, owns: owns || known.get(host)?.owns === true });
  }
  for (const { task, host, instance } of tasks.values()) {
    if (announced.has(task) || host === null || known.has(host)) continue;
    // The group assigns all existing tasks. So if other tasks have a process, a task without one belongs to an earlier
    // topology.
    known.set(host, { host, instance, owns: announced.size === 0 });
  }
  return [...known.values()].sort((a, b) => (a.host < b.host ? -1 : 1));
}
