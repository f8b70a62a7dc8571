import type { ContentfulStatusCode } from 'hono/utils/http-status';

const RETRY_AFTER_SECONDS = 1;

/** An error answer: the status, and a reason for the client. */
export class HttpError extends Error {
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {};
  }
}

/** 400: the parameter has a wrong value. */
export function badParameter(name: string, reason: string): HttpError {
  return new HttpError(400, `${name} ${reason}`);
}

/** 503: the client may retry in a second. */
export function notNow(reason: string, options?: ErrorOptions): HttpError {
  return new HttpError(503, reason, options);
}
