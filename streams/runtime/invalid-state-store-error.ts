/**
 * Why a store can't be used. All but `CLOSED` are of queries.
 * - `UNKNOWN_STORE`: the topology has no such store, or the store can't be queried.
 * - `WRONG_KIND`: the store is of another kind than the query.
 * - `BAD_KEY`: the key serde of the store does not accept the key.
 * - `BAD_CURSOR`: the cursor does not come from an earlier page.
 * - `NOT_HERE`: the partition is not at this process now, or is being restored. Ask its owner, or try again later.
 * - `CLOSED`: a processor uses a store while nothing is in process, or after its task was closed.
 */
export type InvalidStateStoreCode = 'UNKNOWN_STORE' | 'WRONG_KIND' | 'BAD_KEY' | 'BAD_CURSOR' | 'NOT_HERE' | 'CLOSED';

/** A store that can't be used, or a query that can't be answered (Java: `InvalidStateStoreException`). */
export class InvalidStateStoreError extends Error {
  readonly code: InvalidStateStoreCode;

  constructor(code: InvalidStateStoreCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidStateStoreError';
    this.code = code;
  }
}
