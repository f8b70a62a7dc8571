import { EntryTooLargeError } from '../../../stores/bytes/entry-too-large-error.js';
import { newTaskCounts, resumedTaskCounts, type TaskCounts } from '../../audit/task-counts.js';
import { PromiseError } from '../../dsl/options/synchronous.js';
import type { RecordMetadata } from '../../dsl/processor/processor.js';
import { type Clock, KafkaClientError } from '../../kafka/ports.js';
import { type ConsumerRecord, placeOf, recordId } from '../../kafka/record.js';
import {
  asError,
  type ErrorContext,
  type ErrorHandler,
  type NodeInput,
  RetryError,
  responseOf,
  StreamsError,
} from '../errors.js';
import { deadLetter, type InputSerdes } from '../output/dead-letter.js';
import { ErrorHeaders } from '../output/error-headers.js';
import { ANY_PARTITION, type RecordCollector, RecordTooLargeError } from '../output/record-collector.js';
import { RecordRefusedError } from '../output/refusals.js';
import { isStateError } from '../state-error.js';
import { CallsInFlight } from './async/calls-in-flight.js';
import { OpenRecord } from './async/open-record.js';
import { Punctuations } from './punctuations.js';
import type { RecordOrigin } from './record-origin.js';
import { SerdeError } from './serde-error.js';
import { WaitingSteps } from './waiting-steps.js';

export interface ErrorHandlers {
  readonly deserialization: ErrorHandler;
  readonly processing: ErrorHandler;
  readonly production: ErrorHandler;
  /** undefined: dead letters are only counted. */
  readonly deadLetterTopic: string | undefined;
}

/**
 * The number of topics chosen by extractors that are counted by name. The counts are in the checkpoint, which each
 * commit sends.
 */
const MAX_CHOSEN_TOPICS = 500;

/** The name under which all other topics are counted. No topic can have it. */
export const OTHER_TOPICS = '(other)';

/** What has waited is emitted, while another record is in process. */
interface Emission {
  readonly place: RecordMetadata | undefined;
}

/** Shared by the processors of one task. */
export class TaskContext {
  readonly taskId: string;
  readonly partition: number;
  readonly collector: RecordCollector;
  readonly punctuations: Punctuations;
  /** The steps of the record in process. */
  readonly steps = new WaitingSteps();
  /** Of records that the task has passed on. */
  readonly calls: CallsInFlight;
  readonly #handlers: ErrorHandlers;
  readonly #errorHeaders = new ErrorHeaders();
  readonly #clock: Clock;
  #counts: TaskCounts = resumedTaskCounts(newTaskCounts());
  /** The record of the topic that the record in process came from. */
  #head: ConsumerRecord | null = null;
  #origin: RecordOrigin | undefined;
  #emission: Emission | undefined;
  /** The record in process, if a call is or was in flight for it. */
  #open: OpenRecord | undefined;
  /** True while punctuators run. The record in process comes to its end after them. */
  isPunctuating = false;
  #recordIsLate = false;
  #recordWasSent = false;
  #recordFailures = 0;

  constructor(taskId: string, partition: number, collector: RecordCollector, handlers: ErrorHandlers, clock: Clock) {
    this.taskId = taskId;
    this.partition = partition;
    this.collector = collector;
    this.#handlers = handlers;
    this.#clock = clock;
    this.punctuations = new Punctuations(clock);
    this.calls = new CallsInFlight(clock);
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  /** Continues from the counts of an earlier run. */
  resumeCounts(counts: TaskCounts): void {
    this.#counts = resumedTaskCounts(counts);
  }

  /**
   * The record in process, of a source or repartition topic. null in a commit, in a punctuation, and while something
   * that has waited is emitted.
   */
  get record(): ConsumerRecord | null {
    return this.#isAside ? null : this.#read;
  }

  /** The record in process, also while something that has waited is emitted. */
  get #read(): ConsumerRecord | null {
    return this.#head === null || this.isPunctuating ? null : (this.#origin?.delivered(this.#head) ?? this.#head);
  }

  /** True if what happens is no part of the processing of the record that was read. */
  get #isAside(): boolean {
    return this.isPunctuating || this.#emission !== undefined;
  }

  /** Where the record in process was read. undefined in a commit and in a punctuation. */
  get recordMetadata(): RecordMetadata | undefined {
    return this.#emission?.place ?? placeIfAny(this.#read);
  }

  get keepsDeadLetters(): boolean {
    return this.#handlers.deadLetterTopic !== undefined;
  }

  /**
   * `emit` forwards what has waited until the record in process let it go. Its failures are none of that record.
   * `place`: where its own record was read, if that is known.
   */
  emitting(place: RecordMetadata | undefined, emit: () => void): void {
    const before = this.#emission;
    this.#emission = { place };
    try {
      emit();
    } finally {
      this.#emission = before;
    }
  }

  begin(head: ConsumerRecord, origin: RecordOrigin): void {
    this.#head = head;
    this.#origin = origin;
    this.#open = undefined;
    this.#recordIsLate = false;
    this.#recordWasSent = false;
    this.#recordFailures = 0;
  }

  /** The record in process has a call in flight: it goes on with `resume`, and may go on with further calls. */
  leaveOpen(): OpenRecord {
    const { record } = this;
    if (record === null) return OpenRecord.none();
    this.#open ??= new OpenRecord(record, this.#origin?.isSource ?? false);
    this.#open.calls++;
    return this.#open;
  }

  /** What comes next, until `end`, is a part of the record. A call of it has ended. */
  resume(open: OpenRecord): void {
    if (open.record === null) return;
    open.calls--;
    this.begin(open.record, open);
    this.#open = open;
    this.#recordIsLate = open.isLate;
    this.#recordWasSent = open.wasSent;
    this.#recordFailures = open.failures;
  }

  /** No-op if no record is in process. */
  end(): void {
    if (this.#head === null) return;
    this.#head = null;
    if (this.#open !== undefined && this.#open.calls > 0) {
      this.#open.isLate = this.#recordIsLate;
      this.#open.wasSent = this.#recordWasSent;
      this.#open.failures = this.#recordFailures;
      return;
    }
    if (this.#recordFailures === 0) return;
    if (this.#origin?.isSource && !this.#recordWasSent) this.#counts.rejected++;
    else this.#addFailedResults(this.#recordFailures);
  }

  #addFailedResults(results: number): void {
    this.#counts.failedResults = (this.#counts.failedResults ?? 0) + results;
  }

  /** An operator dropped its input as late. A record counts once, even if several operators find it late. */
  late(records = 1): void {
    if (this.#head !== null && !this.#isAside) {
      if (this.#recordIsLate) return;
      this.#recordIsLate = true;
    }
    this.#counts.late += records;
  }

  /** A sink has sent a record to `topic`, which an extractor chose or the topology names. */
  sent(topic: string, chosen: boolean): void {
    if (!this.#isAside) this.#recordWasSent = true;
    const { out } = this.#counts;
    const full = chosen && out[topic] === undefined && Object.keys(out).length >= MAX_CHOSEN_TOPICS;
    const name = full ? OTHER_TOPICS : topic;
    out[name] = (out[name] ?? 0) + 1;
  }

  dropped(): void {
    this.#counts.dropped++;
  }

  /**
   * Asks the handler about an exception in `node`. Returns if the record is to be left out. Otherwise throws a
   * StreamsError.
   *
   * @param input the input of the node; null if the record did not reach it
   * @param serdes of the input, for a dead letter without a source record
   */
  failed(
    raisedIn: ErrorContext['phase'],
    node: string,
    raised: unknown,
    input: NodeInput | null,
    serdes: InputSerdes = {},
  ): void {
    const thrown = raised instanceof SerdeError ? raised.cause : raised;
    if (thrown instanceof StreamsError || thrown instanceof RetryError) throw thrown;
    if (thrown instanceof PromiseError) throw new StreamsError(`${node}: ${thrown.message}`, { cause: thrown });
    // The client's errors concern the transaction, and those of the disk the task. They are not errors of this record.
    if (thrown instanceof KafkaClientError || isStateError(thrown)) throw thrown;
    const error = asError(thrown);
    const phase = isProductionError(thrown) ? 'production' : raisedIn;
    const { record } = this;
    const recordMetadata = this.#emission === undefined ? placeIfAny(record) : this.#emission.place;
    const context: ErrorContext = { phase, node, taskId: this.taskId, record, recordMetadata, input };
    const response = responseOf(this.#handlers[phase], error, context);
    if (response !== 'resume') {
      const where = recordMetadata === undefined ? '' : ` for ${recordId(recordMetadata)}`;
      const hint = raised instanceof SerdeError ? `: check ${raised.option} of ${node}` : '';
      const message = `${phase} failed at ${node}${where}: ${error.message}${hint}`;
      throw response === 'retry'
        ? new RetryError(message, { cause: error })
        : new StreamsError(message, { cause: error });
    }
    if (record === null) this.#addFailedResults(1);
    else this.#recordFailures++;
    const topic = this.#handlers.deadLetterTopic;
    if (topic === undefined) return;
    const letter = deadLetter(error, context, this.#clock.now(), serdes, this.#errorHeaders);
    const { key, value, timestamp, headers } = letter;
    try {
      this.collector.send(topic, ANY_PARTITION, key, value, timestamp, headers);
    } catch (refusal) {
      if (!(refusal instanceof RecordRefusedError)) throw refusal;
      throw new StreamsError(`a dead letter can't be kept in ${topic}: ${refusal.message}`, { cause: refusal });
    }
  }
}

/** A result that its topic or changelog does not accept, whichever node made it. */
function isProductionError(thrown: unknown): boolean {
  return (
    thrown instanceof EntryTooLargeError ||
    thrown instanceof RecordTooLargeError ||
    thrown instanceof RecordRefusedError
  );
}

function placeIfAny(record: ConsumerRecord | null): RecordMetadata | undefined {
  return record === null ? undefined : placeOf(record);
}
