import { PromiseError, synchronous } from '../dsl/options/synchronous.js';
import type { RecordMetadata } from '../dsl/processor/processor.js';
import type { ConsumerRecord, Headers } from '../kafka/record.js';

/** The application can't go on: a handler returned `fail`, or state or configuration do not allow it. */
export class StreamsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamsError';
  }
}

/** A handler returned `retry`: everything since the last commit is undone and processed again. */
export class RetryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RetryError';
  }
}

/** The input of a node. */
export interface NodeInput {
  readonly key: unknown;
  readonly value: unknown;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers: Headers;
}

/** Where an exception came from. */
export interface ErrorContext {
  /**
   * `production`: a result could not be serialized for its topic, is larger than its topic or changelog accepts, or was
   * refused by the cluster. A refused record is reported when its source record is processed again, after the
   * transaction was aborted.
   */
  readonly phase: 'deserialization' | 'processing' | 'production';
  /** Name of the node that threw. */
  readonly node: string;
  /** `global` for a record of a global store. */
  readonly taskId: string;
  /**
   * The record in process, of a source, repartition or global topic. Records that moved through a repartition topic in the same
   * block have the offset of the block. null in a commit, where results of many records leave together, and for what has
   * waited until another record let it go: an update behind `suppress`, a record of a join, the result of a window that
   * closes.
   */
  readonly record: ConsumerRecord | null;
  /** Where the record was read, also of one that has waited. undefined if that is not known. */
  readonly recordMetadata: RecordMetadata | undefined;
  /**
   * The input of the node. null if the record did not reach the node: it could not be read, or has no valid timestamp.
   */
  readonly input: NodeInput | null;
}

/**
 * What to do with a record that can't be processed. `resume` sends it to the dead-letter topic, if there is one, and
 * goes on. `retry` aborts the transaction and processes again from the last commit, after a pause that grows; it suits
 * faults that may disappear by themselves. `fail` stops the application.
 */
export type ErrorResponse = 'resume' | 'retry' | 'fail';

/** Called between two records of a transaction. Must be synchronous. An error that it throws stops the application. */
export type ErrorHandler = (error: Error, context: ErrorContext) => ErrorResponse;

/** Java's `LogAndFail` handlers. */
export const failOnError: ErrorHandler = () => 'fail';

/** Java's `LogAndContinue` handlers; the record goes to the dead-letter topic if there is one. */
export const resumeOnError: ErrorHandler = () => 'resume';

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The response of a handler. Throws a StreamsError that names the handler if it throws, or returns a promise. */
export function responseOf(handler: ErrorHandler, error: Error, context: ErrorContext): ErrorResponse {
  const name = `${context.phase}ExceptionHandler`;
  try {
    return synchronous(handler(error, context), name);
  } catch (thrown) {
    const { message } = asError(thrown);
    throw new StreamsError(thrown instanceof PromiseError ? message : `${name}: ${message}`, { cause: error });
  }
}
