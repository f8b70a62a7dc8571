import type { SourceNode } from '../../dsl/graph/node.js';
import { synchronous } from '../../dsl/options/synchronous.js';
import { deserializeView } from '../../dsl/serde/serdes.js';
import type { Clock } from '../../kafka/ports.js';
import type { ConsumerRecord } from '../../kafka/record.js';
import type { ErrorContext } from '../errors.js';
import type { RecordQueue } from '../input/record-queue.js';
import type { Processor } from '../processors/processor.js';
import { SerdeError } from '../processors/serde-error.js';
import type { TaskContext } from '../processors/task-context.js';
import { InvalidTimestampError, isTimestamp } from '../time/event-time.js';
import { NEVER, type TaskTime } from '../time/time.js';
import type { InputStart, TaskInput } from './task-input.js';

export interface SourceInputOptions {
  readonly node: SourceNode;
  /** The processor that gets the records. */
  readonly processor: Processor;
  readonly queue: RecordQueue;
  readonly context: TaskContext;
  readonly taskTime: TaskTime;
  readonly clock: Clock;
  /** True if a processor may change the headers of a record. */
  readonly copiesHeaders: boolean;
  /** How far ahead of the wall clock a timestamp may be, in milliseconds. */
  readonly maxTimestampAheadMs: number;
}

/** Why the oldest record can't be processed. */
interface Failure {
  readonly phase: ErrorContext['phase'];
  readonly thrown: unknown;
}

/** A partition of a source topic. */
export class SourceInput implements TaskInput {
  readonly isSource = true;
  readonly isInBlock = false;
  readonly queue: RecordQueue;
  readonly #options: SourceInputOptions;
  /** The partition time: the highest timestamp extracted so far. */
  #partitionTime = NEVER;
  /** The content of the oldest record, after it was decoded. */
  #decoded = false;
  #key: unknown;
  #value: unknown;
  #timestamp = NEVER;
  #failure: Failure | undefined;
  #isValid = false;

  constructor(options: SourceInputOptions) {
    this.queue = options.queue;
    this.#options = options;
  }

  /** A record that can't be read, or has no valid timestamp, is refused, so it goes at once. */
  headTime(latest: number): number | undefined {
    const head = this.queue.peek();
    if (head === undefined) return undefined;
    if (!this.#decoded) this.#decode(head);
    // Asked each time: a record that waits may be ahead of the clock no more.
    this.#isValid = this.#failure === undefined && isTimestamp(this.#timestamp, latest);
    return this.#isValid ? this.#timestamp : Number.NEGATIVE_INFINITY;
  }

  #decode(head: ConsumerRecord): void {
    this.#decoded = true;
    const { node } = this.#options;
    let serde: SerdeError['option'] = 'keySerde';
    try {
      const { key, value } = head;
      this.#key = key === null ? null : deserializeView(node.keySerde, key);
      serde = 'valueSerde';
      this.#value = value === null ? null : deserializeView(node.valueSerde, value);
    } catch (thrown) {
      this.#failure = { phase: 'deserialization', thrown: new SerdeError(thrown, serde) };
      return;
    }
    try {
      const extracted = node.timestampExtractor(head, this.#value, this.#partitionTime);
      this.#timestamp = synchronous(extracted, 'the timestamp extractor');
    } catch (thrown) {
      this.#failure = { phase: 'processing', thrown };
    }
  }

  deliver(): number {
    const { node, processor, context, taskTime, clock, copiesHeaders, maxTimestampAheadMs } = this.#options;
    const record = this.queue.take();
    if (record === undefined) return NEVER;
    const key = this.#key;
    const value = this.#value;
    const timestamp = this.#timestamp;
    const failure = this.#failure;
    const isValid = this.#isValid;
    this.#forget();
    const { counts } = context;
    counts.in[record.topic] = (counts.in[record.topic] ?? 0) + 1;
    if (failure !== undefined) {
      context.failed(failure.phase, node.name, failure.thrown, null);
      return NEVER;
    }
    if (!isValid) {
      const thrown = new InvalidTimestampError(timestamp, clock.now(), maxTimestampAheadMs);
      context.failed('processing', node.name, thrown, null);
      return NEVER;
    }
    if (timestamp < 0) {
      context.dropped();
      return NEVER;
    }
    if (timestamp > this.#partitionTime) this.#partitionTime = timestamp;
    taskTime.advance(timestamp);
    context.punctuations.observe(timestamp);
    const headers = copiesHeaders ? [...record.headers] : record.headers;
    processor.processorNode.receive(key, value, timestamp, headers);
    return timestamp;
  }

  get head(): ConsumerRecord | undefined {
    return this.queue.peek();
  }

  delivered(head: ConsumerRecord): ConsumerRecord {
    return head;
  }

  seek({ offset, committed }: InputStart): void {
    this.queue.seek(offset, committed);
    this.#forget();
  }

  #forget(): void {
    this.#decoded = false;
    this.#key = undefined;
    this.#value = undefined;
    this.#failure = undefined;
  }
}
