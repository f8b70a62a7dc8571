import type { ConsumerRecord } from '../../kafka/record.js';
import { processLocal } from '../processors/repartition/drain.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import type { TaskInput } from './task-input.js';

/**
 * Processes a record to its end: the records that it leaves in local queues, the steps that wait, and the punctuations
 * that its time makes due. Until then the task takes no other record. Only calls in flight do not hold it up: their
 * results come later, between two records.
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

  /** True if a step waits, or a call is in flight. */
  get isBusy(): boolean {
    return this.isWaiting || this.#context.calls.any;
  }

  /** True if a further record may come before those in process have ended. */
  get takesMore(): boolean {
    return !this.isWaiting && this.#context.calls.hasRoom;
  }

  /** True if a step has waited, or a call was in flight, since the last `settle`. */
  get hasWaited(): boolean {
    return this.#hasWaited || this.#context.calls.any;
  }

  /** Calls `callback` when `continue` may have something to do. Only the last callback is kept. */
  whenSettled(callback: () => void): void {
    const { steps, calls } = this.#context;
    if (steps.any) steps.whenSettled(callback);
    else calls.whenSettled(callback);
  }

  /** Processes the oldest record of the input, as far as no step waits. Returns its timestamp, as the input does. */
  process(record: ConsumerRecord, input: TaskInput): number {
    this.#context.begin(record, input);
    const timestamp = input.deliver();
    this.#goOn();
    return timestamp;
  }

  /** Continues after the steps and the calls whose promises have settled. Returns false if there is none. */
  continue(): boolean {
    const { steps, calls } = this.#context;
    let continued = steps.advance();
    if (continued) this.#goOn();
    while (!this.isWaiting && calls.deliver()) {
      continued = true;
      this.#goOn();
    }
    if (continued) this.#hasWaited = true;
    return continued;
  }

  /** Waits for all steps and calls, and continues. */
  async settle(): Promise<void> {
    while (this.isBusy) {
      if (this.continue()) continue;
      const { steps, calls } = this.#context;
      await (steps.any ? steps.settled : calls.changed());
    }
    this.#hasWaited = false;
  }

  /**
   * Calls the punctuators that are due at `now` of the monotonic clock, with `timestamp` of the wall clock, while no
   * step waits and there is room for calls. Returns false if it has called none. The times stay the same for all of
   * them: a punctuator that takes as long as its interval would be due again and again.
   */
  punctuate(now: number, timestamp: number): boolean {
    let punctuated = false;
    while (this.takesMore && this.#context.punctuations.punctuateWallClock(now, timestamp)) {
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
    const { steps, calls } = this.#context;
    for (;;) {
      steps.advance();
      if (steps.any) await steps.settled;
      else if (!this.#processLocal() && !calls.deliver()) {
        if (!calls.any) return;
        await calls.changed();
      }
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

  /** Called for each record of the input, so most often there is none. */
  #processLocal(): boolean {
    return this.#repartitions.length > 0 && processLocal(this.#repartitions, this.#context.punctuations);
  }
}
