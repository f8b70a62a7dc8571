import { type Fetch, NoAnswerError, type ProcessAnswer, requestProcess } from './process-client.js';
import type { PolledProcess } from './process-poller.js';

/** Twice what a process waits for another one that has the partition. */
const TIMEOUT_MS = 10_000;
/** Twice the size at which a process ends a page. */
const MAX_ANSWER_BYTES = 8_388_608;
/** Bounds the memory that answers take. */
const MAX_IN_PROGRESS = 16;
/** The processes that one query asks, if those before can't be reached. */
const MAX_PROCESSES = 3;
/** A process answers queries in these states. It does so best in the first one. */
const STATES = ['RUNNING', 'REBALANCING'];
/** The statuses of answers, and of errors that concern the query or the whole application. */
const PASSED_ON: ReadonlySet<number> = new Set([200, 400, 404, 414, 502, 503, 504]);
/** The poller needs a moment to notice that a process is away, or back. */
const RETRY_AFTER = Object.freeze({ 'retry-after': '5' });

/** The body is JSON: what was asked for, or `{"error": reason}`. */
export interface StoreAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoreQueriesOptions {
  readonly fetch: Fetch;
  /** Those of the application. No other host is asked. */
  readonly processes: () => readonly PolledProcess[];
  /** For the answer of a process. In milliseconds, default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Passes queries of stores on to a process of the application. Any of them will do: a process that does not have the
 * partition asks the one that has it.
 */
export class StoreQueries {
  readonly #options: StoreQueriesOptions;
  #inProgress = 0;

  constructor(options: StoreQueriesOptions) {
    this.#options = options;
  }

  /** `path` is one of `/stores`, with its query string. `signal` ends the query: the client has gone. */
  async ask(path: string, signal: AbortSignal): Promise<StoreAnswer> {
    if (this.#inProgress >= MAX_IN_PROGRESS) return refusal(503, 'too many queries are in progress');
    this.#inProgress++;
    try {
      return await this.#ask(path, signal);
    } finally {
      this.#inProgress--;
    }
  }

  async #ask(path: string, signal: AbortSignal): Promise<StoreAnswer> {
    const { fetch, timeoutMs = TIMEOUT_MS } = this.#options;
    let reason = 'no process of the application is running';
    for (const host of this.#hosts) {
      try {
        return passedOn(
          host,
          await requestProcess(fetch, host, path, { timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal }),
        );
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        if (error.why === 'timeout') return refusal(504, `${host}: ${error.message}`);
        if (error.why === 'tooLarge') return refusal(502, `${host}: ${error.message}`);
        reason = `no process of the application answers: ${host}: ${error.message}`;
        if (signal.aborted) break;
      }
    }
    return refusal(503, reason);
  }

  get #hosts(): readonly string[] {
    const processes = this.#options.processes();
    return STATES.flatMap(state =>
      processes.filter(({ answer }) => answer.up && answer.status.state === state).map(({ host }) => host),
    ).slice(0, MAX_PROCESSES);
  }
}

function passedOn(host: string, { status, headers, text }: ProcessAnswer): StoreAnswer {
  if (!PASSED_ON.has(status)) return refusal(502, `${host} answers with status ${status}`);
  if (!headers.get('content-type')?.startsWith('application/json')) {
    return refusal(502, `${host} does not answer with JSON`);
  }
  const retryAfter = headers.get('retry-after');
  return { status, body: text, headers: retryAfter === null ? {} : { 'retry-after': retryAfter } };
}

function refusal(status: 502 | 503 | 504, reason: string): StoreAnswer {
  return { status, body: JSON.stringify({ error: reason }), headers: status === 503 ? RETRY_AFTER : {} };
}
