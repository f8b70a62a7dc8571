/**
 * Why a query can't be answered:
 * `UNKNOWN_STORE`: the topology has no such store, or it can't be queried;
 * `WRONG_KIND`: it is of another kind than the query is for;
 * `BAD_KEY`: its key serde does not take the key;
 * `BAD_CURSOR`: what should go on from an earlier page did not come from one;
 * `NOT_HERE`: the partition is not at this process now, or is being restored: ask its owner, or again later.
 */
export type InvalidStateStoreCode = 'UNKNOWN_STORE' | 'WRONG_KIND' | 'BAD_KEY' | 'BAD_CURSOR' | 'NOT_HERE';

/** A query that can't be answered (Java: `InvalidStateStoreException`). */
export class InvalidStateStoreError extends Error {
  readonly code: InvalidStateStoreCode;

  constructor(code: InvalidStateStoreCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InvalidStateStoreError';
    this.code = code;
  }
}
