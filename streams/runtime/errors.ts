import type { ConsumerRecord, Headers } from '../kafka/record.js';

/** The application cannot go on with this record: a handler said `fail`, or state or configuration do not allow it. */
export class StreamsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamsError';
  }
}

/** A handler said `retry`: everything since the last commit is undone, and processed again. */
export class RetryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RetryError';
  }
}

/** What a node was given to process. */
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
   * `production`: a result could not be serialized for its topic, is larger than its topic or changelog takes, or the cluster has refused
   * it: then it is met again when its source record is processed again, after the transaction was aborted.
   */
  readonly phase: 'deserialization' | 'processing' | 'production';
  /** Name of the node that threw. */
  readonly node: string;
  readonly taskId: string;
  /** The source record that was being processed; null in a commit, where results of many records leave together. */
  readonly record: ConsumerRecord | null;
  /** What the node was given; null if it did not get that far: the source record could not be read, or has no valid timestamp. */
  readonly input: NodeInput | null;
}

/**
 * What becomes of a record that can't be processed: `resume` sends it to the dead-letter topic, if there is one, and goes
 * on; `retry` aborts the transaction and, after a pause that grows, processes again from the last commit, for what may pass by
 * itself; `fail` stops the application.
 */
export type ErrorResponse = 'resume' | 'retry' | 'fail';

/** Must be synchronous, and is called between two records of a transaction. An error thrown in it stops the application. */
export type ErrorHandler = (error: Error, context: ErrorContext) => ErrorResponse;

/** Java's `LogAndFail` handlers. */
export const failOnError: ErrorHandler = () => 'fail';

/** Java's `LogAndContinue` handlers; the record goes to the dead-letter topic if there is one. */
export const resumeOnError: ErrorHandler = () => 'resume';

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
