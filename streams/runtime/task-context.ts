import { newTaskCounts, type TaskCounts } from '../audit/task-counts.js';
import { KafkaClientError } from '../kafka/ports.js';
import type { ConsumerRecord } from '../kafka/record.js';
import { deadLetter } from './dead-letter.js';
import { asError, type ErrorContext, type ErrorHandler, RetryError, StreamsError } from './errors.js';
import { ANY_PARTITION, type RecordCollector } from './record-collector.js';
import { RecordRefusedError } from './refusals.js';
import { isStateError } from './state-error.js';

export interface ErrorHandlers {
  readonly deserialization: ErrorHandler;
  readonly processing: ErrorHandler;
  readonly production: ErrorHandler;
  /** undefined: dead letters are counted, and not kept. */
  readonly deadLetterTopic: string | undefined;
}

/** What the processors of one task share. */
export class TaskContext {
  readonly taskId: string;
  readonly partition: number;
  readonly collector: RecordCollector;
  readonly #handlers: ErrorHandlers;
  #counts: TaskCounts = newTaskCounts();
  #record: ConsumerRecord | null = null;
  #recordIsLate = false;

  constructor(taskId: string, partition: number, collector: RecordCollector, handlers: ErrorHandlers) {
    this.taskId = taskId;
    this.partition = partition;
    this.collector = collector;
    this.#handlers = handlers;
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  /** Goes on from the counts of an earlier run. */
  resumeCounts(counts: TaskCounts): void {
    this.#counts = structuredClone(counts);
  }

  /** The source record that is being processed; null in a commit. */
  get record(): ConsumerRecord | null {
    return this.#record;
  }

  begin(record: ConsumerRecord): void {
    this.#record = record;
    this.#recordIsLate = false;
  }

  end(): void {
    this.#record = null;
    this.#recordIsLate = false;
  }

  /** An operator dropped what it was given as late. A record that several operators find late counts once. */
  late(records = 1): void {
    if (this.#record !== null) {
      if (this.#recordIsLate) return;
      this.#recordIsLate = true;
    }
    this.#counts.late += records;
  }

  dropped(): void {
    this.#counts.dropped++;
  }

  /** Asks the handler about an exception in `node`. Returns if the record is to be left out; else throws a StreamsError. */
  failed(phase: ErrorContext['phase'], node: string, thrown: unknown): void {
    if (thrown instanceof StreamsError || thrown instanceof RetryError) throw thrown;
    // The client's errors are about the transaction, those of the disk about the task: not about this record.
    if (thrown instanceof KafkaClientError || isStateError(thrown)) throw thrown;
    const error = asError(thrown);
    const context: ErrorContext = { phase, node, taskId: this.taskId, record: this.#record };
    const response = this.#handlers[phase](error, context);
    if (response !== 'resume') {
      const where = this.#record === null ? '' : ` for ${place(this.#record)}`;
      const message = `${phase} failed at ${node}${where}: ${error.message}`;
      throw response === 'retry'
        ? new RetryError(message, { cause: error })
        : new StreamsError(message, { cause: error });
    }
    this.#counts.rejected++;
    const topic = this.#handlers.deadLetterTopic;
    if (topic === undefined) return;
    const { key, value, timestamp, headers } = deadLetter(error, context);
    try {
      this.collector.send(topic, ANY_PARTITION, key, value, timestamp, headers);
    } catch (refusal) {
      if (!(refusal instanceof RecordRefusedError)) throw refusal;
      throw new StreamsError(`a dead letter can't be kept in ${topic}: ${refusal.message}`, { cause: refusal });
    }
  }
}

function place(record: ConsumerRecord): string {
  return `${record.topic}-${record.partition}@${record.offset}`;
}
