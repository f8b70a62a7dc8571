import { z } from 'zod';
import { BodyTooLargeError, boundedText } from '../network/bounded-text.js';
import { HttpError, notNow } from './http-error.js';

/** Marks requests of one process to another. They are not forwarded again. */
export const FORWARDED_HEADER = 'x-tributary-forwarded';

const TIMEOUT_MS = 5000;
/** Several times the size of a page of a store (`MAX_PAGE_BYTES`), as JSON. */
const MAX_ANSWER_BYTES = 33_554_432;

const failure = z.object({ error: z.string() });

/** The answer of another process, unchanged. */
export interface OwnerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Requests `path` from the process at `host` (`host:port`). The path begins with a slash, and may have a query string.
 * A status of 2xx or 404 is an answer. Anything else is thrown as an HttpError, with the reason of the other process,
 * or with its host if it gave none.
 */
export async function askOwner(host: string, path: string, signal: AbortSignal): Promise<OwnerAnswer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(`http://${host}${path}`, {
      headers: { [FORWARDED_HEADER]: '1' },
      redirect: 'error',
      signal: AbortSignal.any([signal, timeout]),
    });
    const body: unknown = JSON.parse(await boundedText(response, MAX_ANSWER_BYTES));
    if (response.ok || response.status === 404) return { status: response.status, body };
    throw refusal(host, response.status, body);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    if (error instanceof BodyTooLargeError) throw new HttpError(502, `${host}: ${error.message}`, { cause: error });
    if (timeout.aborted) throw new HttpError(504, `${host} did not answer within ${TIMEOUT_MS} ms`, { cause: error });
    throw notNow(`${host} gave no answer`, { cause: error });
  }
}

function refusal(host: string, status: number, body: unknown): HttpError {
  const said = failure.safeParse(body);
  const reason = said.success ? said.data.error : `status ${status}`;
  if (status === 400) return new HttpError(400, reason);
  if (status === 503) return notNow(`${host}: ${reason}`);
  return new HttpError(502, `${host}: ${reason}`);
}
