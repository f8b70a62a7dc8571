import type { ConsumerRecord } from '../../kafka/record.js';
import { processLocal } from '../processors/repartition/drain.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import type { TaskInput } from './task-input.js';

/**
 * Processes a record to its end: the records that it leaves in local queues, the steps that wait, and the punctuations
 * that its time makes due. Until then the task takes no other record.
 */
export class RecordProcessing {
  readonly #context: TaskContext;
  readonly #repartitions: readonly RepartitionInput[];
  #hasWaited = false;

  constructor(context: TaskContext, repartitions: readonly RepartitionInput[]) {
    this.#context = context;
    this.#repartitions = repartitions;
  }

  /** True if a step waits for its promise. */
  get isWaiting(): boolean {
    return this.#context.steps.any;
  }

  /** True if a step has waited since the last `settle`, and none waits at the moment. */
  get hasWaited(): boolean {
    return this.#hasWaited && !this.isWaiting;
  }

  /** Calls `callback` when `continue` has something to do. Only the last callback is kept. */
  whenSettled(callback: () => void): void {
    this.#context.steps.whenSettled(callback);
  }

  /** Processes the oldest record of the input, as far as no step waits. Returns its timestamp, as the input does. */
  process(record: ConsumerRecord, input: TaskInput): number {
    this.#context.begin(record, input);
    const timestamp = input.deliver();
    this.#goOn();
    return timestamp;
  }

  /** Continues after a step whose promise has settled. Returns false if there is none. */
  continue(): boolean {
    if (!this.#context.steps.advance()) return false;
    this.#hasWaited = true;
    this.#goOn();
    return true;
  }

  /** Waits for all steps, and continues. */
  async settle(): Promise<void> {
    while (this.isWaiting) {
      await this.#context.steps.settled;
      this.continue();
    }
    this.#hasWaited = false;
  }

  /**
   * Calls the punctuators that are due at `now` of the monotonic clock, with `timestamp` of the wall clock, until a
   * step waits. Returns false if it has called none. The times stay the same for all of them: a punctuator that takes
   * as long as its interval would be due again and again.
   */
  punctuate(now: number, timestamp: number): boolean {
    let punctuated = false;
    while (!this.isWaiting && this.#context.punctuations.punctuateWallClock(now, timestamp)) {
      punctuated = true;
      this.#goOn();
    }
    return punctuated;
  }

  /**
   * Processes everything that `beforeCommit` of a processor has left. No punctuator may run: it could add to what was
   * sent before.
   */
  async settleBeforeCommit(): Promise<void> {
    const { steps } = this.#context;
    for (;;) {
      steps.advance();
      if (!steps.any) {
        if (!this.#processLocal()) return;
        continue;
      }
      await steps.settled;
    }
  }

  /** As Java does: first the punctuations that the record makes due, then what it has left, record by record. */
  #goOn(): void {
    const { steps, punctuations } = this.#context;
    for (;;) {
      steps.advance();
      if (steps.any) return;
      this.#context.isPunctuating = true;
      if (punctuations.punctuateStreamTime()) continue;
      this.#context.isPunctuating = false;
      if (!this.#processLocal()) break;
    }
    this.#context.end();
  }

  #processLocal(): boolean {
    const { punctuations } = this.#context;
    return processLocal(this.#repartitions, ({ timestamp }) => punctuations.observe(timestamp));
  }
}
