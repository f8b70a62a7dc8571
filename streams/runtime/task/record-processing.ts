import type { ConsumerRecord } from '../../kafka/record.js';
import { drainLocally } from '../processors/repartition/drain.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import type { TaskInput } from './task-input.js';

/**
 * Processes a record to its end: the records that it leaves in local queues, and the punctuations that its time makes
 * due.
 */
export class RecordProcessing {
  readonly #context: TaskContext;
  readonly #repartitions: readonly RepartitionInput[];

  constructor(context: TaskContext, repartitions: readonly RepartitionInput[]) {
    this.#context = context;
    this.#repartitions = repartitions;
  }

  /** Processes the oldest record of the input. Returns its timestamp, as the input does. */
  process(record: ConsumerRecord, input: TaskInput): number {
    this.#context.begin(record, input.isSource);
    const timestamp = input.deliver();
    this.#context.punctuations.observe(timestamp);
    this.#goOn();
    return timestamp;
  }

  /** Calls the punctuators that are due by the wall clock. Returns false if it has called none. */
  punctuate(): boolean {
    let punctuated = false;
    while (this.#context.punctuations.punctuateWallClock()) {
      punctuated = true;
      this.#goOn();
    }
    return punctuated;
  }

  #goOn(): void {
    do {
      drainLocally(this.#repartitions);
      this.#context.end();
    } while (this.#context.punctuations.punctuateStreamTime());
  }
}
