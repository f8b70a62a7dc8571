import { KafkaClientError } from '../kafka/ports.js';
import { InvalidStateStoreError } from '../runtime/invalid-state-store-error.js';
import { badParameter, HttpError, notNow } from './http-error.js';

/** The HTTP error of a failed query. `parameters` names the wrong parameter. Other errors are returned unchanged. */
export function httpErrorOf(error: unknown, parameters: { readonly BAD_KEY?: string } = {}): unknown {
  if (error instanceof KafkaClientError) return notNow('the cluster does not answer', { cause: error });
  if (!(error instanceof InvalidStateStoreError)) return error;
  switch (error.code) {
    case 'UNKNOWN_STORE':
      return new HttpError(404, error.message, { cause: error });
    case 'WRONG_KIND':
      return new HttpError(400, error.message, { cause: error });
    case 'BAD_KEY':
      return badParameter(parameters.BAD_KEY ?? 'key', `is none of this store: ${error.message}`);
    case 'BAD_CURSOR':
      return badParameter('after', 'must be the next of an earlier page');
    case 'NOT_HERE':
      return notNow(error.message, { cause: error });
    case 'CLOSED':
      return error;
  }
}
