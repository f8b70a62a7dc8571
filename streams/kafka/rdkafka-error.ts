import { type ClientErrorKind, KafkaClientError } from './ports.js';
import type { Redaction } from './redaction.js';

/** librdkafka's properties of its errors. */
interface LibrdkafkaFlags {
  readonly isFatal: boolean;
  readonly isTxnRequiresAbort: boolean;
  readonly isRetriable: boolean;
}

const FENCED = -144;
const FATAL = -150;
const FENCED_INSTANCE_ID = 82;
const QUEUE_FULL = -184;

export function isQueueFull(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === QUEUE_FULL;
}

/** The error of a client call, with librdkafka's advice on what the caller may do. */
export function clientError(call: string, thrown: unknown): KafkaClientError {
  if (thrown instanceof KafkaClientError) return thrown;
  const error = thrown instanceof Error ? thrown : errorOf(thrown);
  const code = 'code' in error && typeof error.code === 'number' ? error.code : 0;
  return new KafkaClientError(`${call}: ${error.message}`, kindOf(error, code), code, { cause: error });
}

/** Some calls throw an object that looks like an error but is none. */
function errorOf(thrown: unknown): Error {
  const hasMessage = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return hasMessage ? Object.assign(new Error(String(thrown.message)), thrown) : new Error(String(thrown));
}

function kindOf(error: Error & Partial<LibrdkafkaFlags>, code: number): ClientErrorKind {
  // Errors of a consumer have no flags.
  if (error.isFatal === true || code === FENCED || code === FATAL || code === FENCED_INSTANCE_ID) return 'fatal';
  if (error.isTxnRequiresAbort === true) return 'abort';
  if (error.isRetriable === true) return 'retriable';
  return 'abort';
}

/** Runs a call that throws plain objects; throws a KafkaClientError that names it. */
export function called(call: string, run: () => unknown): void {
  try {
    run();
  } catch (thrown) {
    throw clientError(call, thrown);
  }
}

/** Runs a call with a callback as a promise; rejects with a KafkaClientError that names it. */
export function promised<T>(call: string, start: (done: (error: unknown, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      start((error, result) => {
        if (error) reject(clientError(call, error));
        else resolve(result as T);
      });
    } catch (thrown) {
      reject(clientError(call, thrown));
    }
  });
}

/** Returns the result of `call`. Replaces a KafkaClientError that contains a secret by one that does not. */
export async function redacted<T>(redact: Redaction, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof KafkaClientError)) throw error;
    const message = redact(error.message);
    throw message === error.message ? error : new KafkaClientError(message, error.kind, error.code);
  }
}
