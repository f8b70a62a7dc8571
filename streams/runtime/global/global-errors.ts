import { PromiseError, synchronous } from '../../dsl/options/synchronous.js';
import type { Logger } from '../../kafka/logger.js';
import { type ConsumerRecord, partitionId } from '../../kafka/record.js';
import { asError, type ErrorHandler, type ErrorResponse, RetryError, StreamsError } from '../errors.js';
import type { SerdeError } from '../processors/serde-error.js';
import { isStateError } from '../state-error.js';

/** The task id of global stores in the context of an error. */
export const GLOBAL_TASK = 'global';

/**
 * Errors of records of global topics. They go to no dead-letter topic: each process reads the topic, and would write
 * the same letter.
 */
export class GlobalErrors {
  readonly #handler: ErrorHandler;
  readonly #logger: Logger;

  /** `handler`: the deserialization exception handler. */
  constructor(handler: ErrorHandler, logger: Logger) {
    this.#handler = handler;
    this.#logger = logger;
  }

  /** Asks the handler about a record that can't be deserialized. Returns if it is to be skipped, otherwise throws. */
  undeserializable(node: string, record: ConsumerRecord, { cause, option }: SerdeError): void {
    const error = asError(cause);
    const message = `deserialization failed at ${node} for ${place(record)}: ${error.message}`;
    if (cause instanceof PromiseError) throw new StreamsError(`${node}: ${error.message}`, { cause });
    const response = this.#answer(error, node, record);
    if (response === 'retry') throw new RetryError(message, { cause });
    if (response !== 'resume') throw new StreamsError(`${message}: check ${option} of ${node}`, { cause });
    this.#logger.warn(`${message}: the record is skipped`);
  }

  /** The error of a processor that can't process a record. It stops the application, whatever the handlers say (KIP-1270). */
  unprocessable(node: string, record: ConsumerRecord, thrown: unknown): Error {
    if (isStateError(thrown)) return thrown;
    const error = asError(thrown);
    return new StreamsError(`processing failed at ${node} for ${place(record)}: ${error.message}`, { cause: error });
  }

  #answer(error: Error, node: string, record: ConsumerRecord): ErrorResponse {
    const context = { phase: 'deserialization', node, taskId: GLOBAL_TASK, record, input: null } as const;
    try {
      return synchronous(this.#handler(error, context), 'deserializationExceptionHandler');
    } catch (thrown) {
      throw new StreamsError(asError(thrown).message, { cause: error });
    }
  }
}

function place(record: ConsumerRecord): string {
  return `${partitionId(record)}@${record.offset}`;
}
