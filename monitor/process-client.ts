import { BodyTooLargeError, boundedText } from 'tributary/http';

const MAX_ANSWER_BYTES = 4_194_304;

/** The part of `fetch` that is needed. */
export type Fetch = (
  url: string,
  init: { readonly signal: AbortSignal; readonly redirect: 'error' },
) => Promise<Response>;

/** What a process answered, whatever its status. */
export interface ProcessAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** No answer of a process that can be used. The message is the reason, for a person. */
export class NoAnswerError extends Error {
  readonly why: 'unreachable' | 'timeout' | 'tooLarge';

  constructor(why: NoAnswerError['why'], message: string, options: ErrorOptions) {
    super(message, options);
    this.name = 'NoAnswerError';
    this.why = why;
  }
}

export interface RequestLimits {
  readonly timeoutMs: number;
  /** Of the body, after decompression. */
  readonly maxBytes: number;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** Requests `path` from the process at `host` (`host:port`). Rejects with a NoAnswerError. */
export async function requestProcess(
  fetch: Fetch,
  host: string,
  path: string,
  { timeoutMs, maxBytes, signal }: RequestLimits,
): Promise<ProcessAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`http://${host}${path}`, {
      signal: AbortSignal.any([timeout, signal]),
      redirect: 'error',
    });
    const { status, headers } = response;
    return { status, headers, text: await boundedText(response, maxBytes) };
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw new NoAnswerError('tooLarge', error.message, { cause: error });
    if (timeout.aborted) throw new NoAnswerError('timeout', `no answer within ${timeoutMs} ms`, { cause: error });
    throw new NoAnswerError('unreachable', reasonOf(error), { cause: error });
  }
}

/**
 * The same for an answer of the monitor's own use: returns its text. Rejects for another status than 2xx too, with an
 * error whose message is the reason, for a person.
 */
export async function askProcess(
  fetch: Fetch,
  host: string,
  path: string,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<string> {
  const limits = { timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal: closing };
  const { status, text } = await requestProcess(fetch, host, path, limits);
  if (status < 200 || status > 299) throw new Error(`it answers with status ${status}`);
  return text;
}

/** `fetch` reports only that it failed. The cause is in its error's `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case undefined:
      return error.message;
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its host name is not known';
    default:
      return cause instanceof Error ? cause.message : error.message;
  }
}
