import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CHECKOUT } from '../broker/checkout.js';
import { type GuardedProcess, spawnGuarded } from '../broker/guarded-process.js';
import { type CrashOrder, crashOrderFile, ORDERS_VARIABLE, ordersDirectory } from './crash-order.js';
import { type ProcessLog, processLog } from './process-log.js';

/** The clock first: what is loaded after it may ask for the time. */
const PRELOADED = ['stepped-clock.js', 'crash-at.js'].flatMap(module => [
  '--import',
  fileURLToPath(new URL(module, import.meta.url)),
]);
const RESTART_AFTER_MS = 1000;
/** A process ends within ten seconds, one way or the other. */
const STOPS_WITHIN_MS = 20_000;

export interface MemberOptions {
  readonly name: string;
  /** Its logs and its orders go here. */
  readonly directory: string;
  /** What it runs, below `dist`. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Called with each event that no fault caused. */
  readonly onIncident: (text: string) => void;
  /** Starts it again after it ended by itself, unless `signal` is aborted when it comes to that. */
  readonly restart: (member: Member, signal: AbortSignal) => Promise<void>;
}

/** One process of the topology that dies and comes back; what ends by itself is started again a second later. */
export class Member {
  readonly name: string;
  readonly #options: MemberOptions;
  readonly #logFiles: string[] = [];
  readonly #ownEnds: string[] = [];
  readonly #overdue: string[] = [];
  #process: GuardedProcess | undefined;
  /** Somebody sees to it that it ends. */
  #ending = false;
  #closed = false;
  #restarting: AbortController | undefined;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** True from its start until it is killed or stopped, also while it waits for its own restart. */
  get wanted(): boolean {
    return this.#process !== undefined || this.#restarting !== undefined;
  }

  /** How it ended when nobody had asked it to. */
  get ownEnds(): readonly string[] {
    return this.#ownEnds;
  }

  /** When it did not end though it was asked to. */
  get overdue(): readonly string[] {
    return this.#overdue;
  }

  /** Its log since its last start. */
  get log(): ProcessLog {
    return processLog(this.#logOf(this.#logFiles.at(-1)));
  }

  /** Its log, by start. */
  get logs(): readonly ProcessLog[] {
    return this.#logFiles.map(file => processLog(this.#logOf(file)));
  }

  /** For a process that is to crash on its way up: `order` is there when it starts. */
  async start(order?: CrashOrder): Promise<void> {
    if (this.#closed || this.#process !== undefined) return;
    const { name, directory, environment } = this.#options;
    const orders = this.#orders;
    await mkdir(orders, { recursive: true });
    if (order === undefined) await rm(crashOrderFile(orders), { force: true });
    else await this.#give(order);
    const logFile = path.join(directory, `${name}-${this.#logFiles.length}.log`);
    this.#logFiles.push(logFile);
    const program = path.join(CHECKOUT, 'dist', ...this.#options.program);
    this.#ending = false;
    const spawned = await spawnGuarded(process.execPath, [...PRELOADED, program], {
      env: { ...process.env, ...environment, [ORDERS_VARIABLE]: orders },
      logFile,
    });
    this.#process = spawned;
    void spawned.exited.then(status => this.#ended(spawned, status));
  }

  /** By SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#end();
    this.#process?.signal('SIGKILL');
    await this.#process?.exited;
  }

  /**
   * By SIGTERM. Resolves with how it ended; undefined if it did not run. One that does not end, not even badly, is killed, and that
   * is wrong.
   */
  async stop(): Promise<NodeJS.Signals | number | undefined> {
    this.#end();
    const stopping = this.#process;
    if (stopping === undefined) return undefined;
    stopping.signal('SIGTERM');
    const overdue = setTimeout(() => {
      const text = `${this.name} did not end within ${STOPS_WITHIN_MS} ms after SIGTERM`;
      this.#overdue.push(text);
      this.#options.onIncident(text);
      stopping.signal('SIGKILL');
    }, STOPS_WITHIN_MS);
    const status = await stopping.exited;
    clearTimeout(overdue);
    return status;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  /**
   * Lets it crash as ordered; `meanwhile` is what makes it come to that point. Resolves with how it ended, undefined if it runs on:
   * it has not got there in time.
   */
  async crash(
    order: CrashOrder,
    timeoutMs: number,
    meanwhile?: () => Promise<void>,
  ): Promise<NodeJS.Signals | number | undefined> {
    const victim = this.#process;
    if (victim === undefined) return undefined;
    this.#ending = true;
    await this.#give(order);
    await meanwhile?.();
    return await this.#crashed(victim, timeoutMs);
  }

  /** The same for one that `start` gave an order. */
  async crashed(timeoutMs: number): Promise<NodeJS.Signals | number | undefined> {
    const victim = this.#process;
    if (victim === undefined) return undefined;
    this.#ending = true;
    return await this.#crashed(victim, timeoutMs);
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.kill();
  }

  async #crashed(victim: GuardedProcess, timeoutMs: number): Promise<NodeJS.Signals | number | undefined> {
    const over = new AbortController();
    await Promise.race([victim.exited, delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined)]);
    over.abort();
    await rm(crashOrderFile(this.#orders), { force: true });
    if (this.#process === victim) {
      this.#ending = false;
      return undefined;
    }
    const status = await victim.exited;
    if (status !== 'SIGKILL' && status !== 0) this.#ownEnd(status);
    return status;
  }

  /** Files are renamed into place: a process never reads half of an order. */
  async #give(order: CrashOrder): Promise<void> {
    const file = crashOrderFile(this.#orders);
    await writeFile(`${file}.new`, JSON.stringify(order));
    await rename(`${file}.new`, file);
  }

  get #orders(): string {
    return ordersDirectory(this.#options.directory, this.name);
  }

  #ended(ended: GuardedProcess, status: NodeJS.Signals | number): void {
    if (this.#process !== ended) return;
    this.#process = undefined;
    if (this.#ending || this.#closed) return;
    this.#ownEnd(status);
    const restarting = new AbortController();
    this.#restarting = restarting;
    void this.#restart(restarting.signal).finally(() => {
      if (this.#restarting === restarting) this.#restarting = undefined;
    });
  }

  async #restart(signal: AbortSignal): Promise<void> {
    await delay(RESTART_AFTER_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await this.#options.restart(this, signal);
  }

  #end(): void {
    this.#ending = true;
    this.#restarting?.abort();
    this.#restarting = undefined;
  }

  #ownEnd(status: NodeJS.Signals | number): void {
    const last = this.log.errors.at(-1)?.split('\n')[0];
    const text = `${this.name} ended by itself (${status})${last === undefined ? '' : `: ${last}`}`;
    this.#ownEnds.push(text);
    this.#options.onIncident(text);
  }

  #logOf(file: string | undefined): string {
    if (file === undefined) return '';
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  }
}
