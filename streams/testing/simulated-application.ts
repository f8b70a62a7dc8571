import { KafkaClientError, type Ports } from '../kafka/ports.js';
import { RetryError } from '../runtime/errors.js';
import { SourceTopicsChangedError } from '../runtime/plan/partition-changes.js';
import type { StateDirectory } from '../runtime/state/state-directory.js';
import type { Worker } from '../runtime/worker/worker.js';
import { type CrashPoint, SimulatedProcess } from './simulated-process.js';

/** Does what `KafkaStreams` does with its worker, step by step, in processes that run one after the other. */
export class SimulatedApplication {
  readonly #newProcess: () => SimulatedProcess;
  readonly #newWorker: (ports: Ports, directory: StateDirectory) => Worker;
  #process: SimulatedProcess;
  #worker: Worker;
  #failed = false;
  /** Subscriptions to other topics that the group has followed. */
  #resubscriptions = 0;

  constructor(ports: Ports, directory: StateDirectory, newWorker: (ports: Ports, directory: StateDirectory) => Worker) {
    this.#newProcess = () => new SimulatedProcess(ports, directory);
    this.#newWorker = newWorker;
    this.#process = this.#newProcess();
    this.#worker = newWorker(this.#process.ports, this.#process.directory);
  }

  get worker(): Worker {
    return this.#worker;
  }

  async start(): Promise<void> {
    await this.do(worker => worker.start());
  }

  /**
   * One step of the worker. If its client fails, or a record is to be read again, a new worker takes its place. If the process dies, a new one is
   * started, and it resolves to false. Any other error stops the application: after it, only `restart` and `close` are
   * allowed.
   */
  async do(step: (worker: Worker) => Promise<void>): Promise<boolean> {
    try {
      await step(this.#worker);
      if (!this.#process.dead) return true;
    } catch (error) {
      if (error instanceof SourceTopicsChangedError) this.#resubscriptions++;
      else if (!this.#process.dead && !(error instanceof KafkaClientError || error instanceof RetryError)) {
        this.#failed = true;
        throw error;
      }
    }
    if (this.#process.dead) await this.restart();
    else await this.#replaceWorker();
    return false;
  }

  /** Subscribes to other topics. Goes on with a new worker when the group has assigned them. */
  async resubscribe(topics: readonly string[]): Promise<void> {
    const before = this.#resubscriptions;
    let subscribed: Worker | undefined;
    while (this.#resubscriptions === before) {
      // After a crash there is another one.
      if (subscribed !== this.#worker && (await this.#worker.resubscribe(topics))) subscribed = this.#worker;
      await this.do(worker => worker.runOnce());
    }
  }

  /** Dies as by kill -9. */
  kill(): void {
    this.#process.die();
  }

  crashAt(point: CrashPoint): void {
    this.#process.crashAt(point);
  }

  /** Starts another process, with the present state of Kafka and the disk. */
  async restart(): Promise<void> {
    this.kill();
    this.#process = this.#newProcess();
    this.#failed = false;
    this.#worker = this.#newWorker(this.#process.ports, this.#process.directory);
    await this.start();
  }

  /** If the process dies during it, nothing more needs to be closed. */
  async close(): Promise<void> {
    if (this.#process.dead) return;
    try {
      await this.#worker.close(this.#failed);
    } catch (error) {
      if (!this.#process.dead) throw error;
    }
  }

  async #replaceWorker(): Promise<void> {
    await this.#worker.close(true);
    this.#worker = this.#newWorker(this.#process.ports, this.#process.directory);
    await this.start();
  }
}
