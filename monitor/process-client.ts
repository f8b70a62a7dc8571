import { boundedText } from 'tributary/http';

const MAX_ANSWER_BYTES = 4_194_304;

/** The part of `fetch` that is needed. */
export type Fetch = (
  url: string,
  init: { readonly signal: AbortSignal; readonly redirect: 'error' },
) => Promise<Response>;

/**
 * Requests `path` from the process at `host` (`host:port`), and returns the text of the answer. Rejects with an error
 * whose message is the reason, for a person.
 */
export async function askProcess(
  fetch: Fetch,
  host: string,
  path: string,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<string> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`http://${host}${path}`, {
      signal: AbortSignal.any([timeout, closing]),
      redirect: 'error',
    });
    const text = await boundedText(response, MAX_ANSWER_BYTES);
    if (!response.ok) throw new Error(`it answers with status ${response.status}`);
    return text;
  } catch (error) {
    if (timeout.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  }
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
