import type { ProcessingContext, RecordMetadata, ScheduleOptions } from '../../../dsl/processor/processor.js';
import type { Cancellable, PunctuationType, Punctuator } from '../../../dsl/processor/punctuation.js';
import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreBuilder } from '../../../dsl/processor/store-builder.js';
import { type Duration, milliseconds } from '../../../kafka/duration.js';
import type { TaskContext } from '../task-context.js';

export interface UserContextOptions {
  /** The name of the node, for messages. */
  readonly name: string;
  readonly context: TaskContext;
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

/** What the contexts of processors and of transformers have in common. */
export class UserProcessingContext implements ProcessingContext {
  readonly taskId: string;
  readonly partition: number;
  readonly #options: UserContextOptions;

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
    return this.#options.context.recordMetadata;
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
}
