import type { ProcessorContext, RecordMetadata, ScheduleOptions } from '../../../dsl/processor/processor.js';
import type { ForwardedRecord } from '../../../dsl/processor/processor-record.js';
import type { Cancellable, PunctuationType, Punctuator } from '../../../dsl/processor/punctuation.js';
import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreBuilder } from '../../../dsl/processor/store-builder.js';
import { type Duration, milliseconds } from '../../../kafka/duration.js';
import { StreamsError } from '../../errors.js';
import { isTimestamp, MAX_TIMESTAMP } from '../../time/event-time.js';
import type { ProcessorNode } from '../processor-node.js';
import type { StepNode } from '../step-node.js';
import type { TaskContext } from '../task-context.js';
import type { Access } from './access.js';

export interface UserContextOptions {
  readonly name: string;
  readonly context: TaskContext;
  readonly processorNode: ProcessorNode;
  readonly access: Access;
  readonly now: () => number;
  /** A store that the processor may use. Throws a StreamsError if there is none with the name. */
  readonly storeOf: (name: string) => StateStore;
  readonly schedule: (
    intervalMs: number,
    type: PunctuationType,
    punctuator: Punctuator,
    startTime?: number,
  ) => Cancellable;
}

/** What a processor of the Processor API gets. The two public types of contexts differ in what `forward` takes. */
export class UserContext implements ProcessorContext<unknown, unknown> {
  readonly taskId: string;
  readonly partition: number;
  readonly #options: UserContextOptions;
  /** Where the steps belong that nodes add when they get a record. */
  place: StepNode | undefined;
  #failure: unknown;

  constructor(options: UserContextOptions) {
    this.#options = options;
    this.taskId = options.context.taskId;
    this.partition = options.context.partition;
  }

  currentStreamTimeMs(): number {
    return this.#options.context.punctuations.streamTime;
  }

  currentSystemTimeMs(): number {
    return this.#options.now();
  }

  recordMetadata(): RecordMetadata | undefined {
    const { record } = this.#options.context;
    if (record === null) return undefined;
    const { topic, partition, offset } = record;
    return { topic, partition, offset };
  }

  getStateStore<S extends StateStore>(store: StoreBuilder<S> | string): S {
    // The type of a store that is found by its name is what the caller says.
    return this.#options.storeOf(typeof store === 'string' ? store : store.name) as S;
  }

  schedule(
    interval: Duration,
    type: PunctuationType,
    punctuator: Punctuator,
    { startTime }: ScheduleOptions = {},
  ): Cancellable {
    const intervalMs = milliseconds(interval, `interval of a schedule of ${this.#options.name}`);
    return this.#options.schedule(intervalMs, type, punctuator, startTime);
  }

  forward(record: ForwardedRecord<unknown, unknown>, child?: string): void {
    const { name, access, context, processorNode } = this.#options;
    access.check('forward');
    const { key, value, timestamp, headers = [] } = record;
    const before = this.place === undefined ? undefined : context.steps.enter(this.place);
    try {
      if (timestamp < 0 || !isTimestamp(timestamp, MAX_TIMESTAMP)) {
        throw new StreamsError(`${name} forwards a record with the timestamp ${timestamp}: that is no time`);
      }
      if (child === undefined) processorNode.forward(key, value, timestamp, headers);
      else if (!processorNode.forwardToChild(child, key, value, timestamp, headers)) {
        throw new StreamsError(`${name} forwards to ${child}: no node after it has this name`);
      }
    } catch (thrown) {
      this.#failure ??= thrown;
      throw thrown;
    } finally {
      if (before !== undefined) context.steps.leave(before);
    }
  }

  /**
   * Throws what `forward` has thrown, if a processor has caught it: such an error is not its own, and its transaction
   * must not be committed.
   */
  rethrow(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
