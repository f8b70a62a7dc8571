import { EntryTooLargeError } from '../../stores/entry-too-large-error.js';
import { newTaskCounts, type TaskCounts } from '../audit/task-counts.js';
import { KafkaClientError } from '../kafka/ports.js';
import type { ConsumerRecord } from '../kafka/record.js';
import { deadLetter } from './dead-letter.js';
import { asError, type ErrorContext, type ErrorHandler, RetryError, StreamsError } from './errors.js';
import { ANY_PARTITION, type RecordCollector, RecordTooLargeError } from './record-collector.js';
import { isStateError } from './state-error.js';

export interface ErrorHandlers {
  readonly deserialization: ErrorHandler;
  readonly processing: ErrorHandler;
  readonly production: ErrorHandler;
  /** undefined: dead letters are counted, and not kept. */
  readonly deadLetterTopic: string | undefined;
}

/** Topics that extractors chose and that are counted by name: the counts are in the audit record, sent with each commit. */
const MAX_CHOSEN_TOPICS = 500;

/** What all others are counted under; no topic can have this name. */
export const OTHER_TOPICS = '(other)';

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

  /** A sink has sent a record to `topic`, which an extractor chose or the topology names. */
  sent(topic: string, chosen: boolean): void {
    const { out } = this.#counts;
    const full = chosen && out[topic] === undefined && Object.keys(out).length >= MAX_CHOSEN_TOPICS;
    const name = full ? OTHER_TOPICS : topic;
    out[name] = (out[name] ?? 0) + 1;
  }

  dropped(): void {
    this.#counts.dropped++;
  }

  /** Asks the handler about an exception in `node`. Returns if the record is to be left out; else throws a StreamsError. */
  failed(raisedIn: ErrorContext['phase'], node: string, thrown: unknown): void {
    if (thrown instanceof StreamsError || thrown instanceof RetryError) throw thrown;
    // The client's errors are about the transaction, those of the disk about the task: not about this record.
    if (thrown instanceof KafkaClientError || isStateError(thrown)) throw thrown;
    const error = asError(thrown);
    const phase = isTooLarge(thrown) ? 'production' : raisedIn;
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
    this.collector.send(topic, ANY_PARTITION, key, value, timestamp, headers);
  }
}

/** A result that its topic or changelog can't take, wherever it was made. */
function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof EntryTooLargeError || thrown instanceof RecordTooLargeError;
}

function place(record: ConsumerRecord): string {
  return `${record.topic}-${record.partition}@${record.offset}`;
}
