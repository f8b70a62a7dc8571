import { PromiseError } from '../../dsl/options/synchronous.js';
import type { Logger } from '../../kafka/logger.js';
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
import type { SerdeError } from '../processors/serde-error.js';
import { isStateError } from '../state-error.js';

/** The task id of global stores in the context of an error. */
export const GLOBAL_TASK = 'global';

/** `processing`: undefined if errors of processors of global stores always stop the application (KIP-1270). */
export interface GlobalErrorHandlers {
  readonly deserialization: ErrorHandler;
  readonly processing: ErrorHandler | undefined;
}

/**
 * Errors of records of global topics. They go to no dead-letter topic: each process reads the topic, and would write
 * the same letter.
 */
export class GlobalErrors {
  readonly #handlers: GlobalErrorHandlers;
  readonly #logger: Logger;

  constructor(handlers: GlobalErrorHandlers, logger: Logger) {
    this.#handlers = handlers;
    this.#logger = logger;
  }

  /** Asks the handler about a record that can't be deserialized. Returns if it is to be skipped, otherwise throws. */
  undeserializable(node: string, record: ConsumerRecord, { cause, option }: SerdeError): void {
    const error = asError(cause);
    const message = `deserialization failed at ${node} for ${recordId(record)}: ${error.message}`;
    if (cause instanceof PromiseError) throw new StreamsError(`${node}: ${error.message}`, { cause });
    const response = responseOf(this.#handlers.deserialization, error, {
      phase: 'deserialization',
      ...whereabouts(node, record),
      input: null,
    });
    if (response === 'retry') throw new RetryError(message, { cause });
    if (response !== 'resume') throw new StreamsError(`${message}: check ${option} of ${node}`, { cause });
    this.#logger.warn(`${message}: the record is skipped`);
  }

  /**
   * The error of a processor. Without a handler for global stores it stops the application (KIP-1270). Returns if the
   * record is to be skipped, otherwise throws.
   */
  unprocessable(node: string, record: ConsumerRecord, input: NodeInput, thrown: unknown): void {
    if (isStateError(thrown) || thrown instanceof StreamsError) throw thrown;
    const error = asError(thrown);
    const message = `processing failed at ${node} for ${recordId(record)}: ${error.message}`;
    const { processing } = this.#handlers;
    if (processing === undefined || thrown instanceof PromiseError) throw new StreamsError(message, { cause: error });
    const response = responseOf(processing, error, { phase: 'processing', ...whereabouts(node, record), input });
    if (response === 'retry') throw new RetryError(message, { cause: error });
    if (response !== 'resume') throw new StreamsError(message, { cause: error });
    this.#logger.warn(`${message}: the record is skipped`);
  }
}

function whereabouts(node: string, record: ConsumerRecord): Omit<ErrorContext, 'phase' | 'input'> {
  return { node, taskId: GLOBAL_TASK, record, recordMetadata: placeOf(record) };
}
