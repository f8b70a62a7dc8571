import type { ProcessorContext } from '../../../dsl/processor/processor.js';
import type { ForwardedRecord } from '../../../dsl/processor/processor-record.js';
import { StreamsError } from '../../errors.js';
import { isTimestamp, MAX_TIMESTAMP } from '../../time/event-time.js';
import type { ProcessorNode } from '../processor-node.js';
import type { StepNode } from '../step-node.js';
import type { Access } from './access.js';
import { type UserContextOptions, UserProcessingContext } from './processing-context.js';

export interface UserProcessorContextOptions extends UserContextOptions {
  readonly processorNode: ProcessorNode;
  readonly access: Access;
}

/** What a processor of the Processor API gets. The two public types of contexts differ in what `forward` takes. */
export class UserProcessorContext extends UserProcessingContext implements ProcessorContext<unknown, unknown> {
  /** Where the steps belong that nodes add when they get a record. */
  place: StepNode | undefined;
  /** The record in process, if nodes that come later see the headers that are pushed to it. */
  received: object | undefined;
  readonly #options: UserProcessorContextOptions;
  #failure: unknown;

  constructor(options: UserProcessorContextOptions) {
    super(options);
    this.#options = options;
  }

  forward(record: ForwardedRecord<unknown, unknown>, child?: string): void {
    const { name, access, context, processorNode } = this.#options;
    access.checkForward();
    const { key, value, timestamp } = record;
    const headers = record === this.received ? (record.headers ?? []) : [...(record.headers ?? [])];
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
