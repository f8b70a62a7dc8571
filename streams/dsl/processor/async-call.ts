import type { Header, Headers } from '../../kafka/record.js';
import type { RecordMetadata } from './processor.js';

/**
 * What the function of an asynchronous operator gets beside its record.
 *
 * ```ts
 * const answered = orders.mapValuesAsync(async (order, _id, { attempt, signal }) => {
 *   const response = await fetch(`https://stock.example/${order.productId}?attempt=${attempt}`, { signal });
 *   return response.ok;
 * });
 * answered.to('in-stock', { valueSerde: Serdes.boolean() });
 * ```
 */
export interface AsyncCall {
  /** Aborted when the call has timed out, or when the task has left this process or goes back to its last commit. */
  readonly signal: AbortSignal;
  /** 1 for the first call of a record, one more for each retry. */
  readonly attempt: number;
  /** Of the record, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** Of the record. */
  readonly headers: Headers;
  /** Where the record was read. undefined for results of a commit or of a punctuation. */
  readonly metadata: RecordMetadata | undefined;
}

/** A result of `processAsync`. */
export interface AsyncResult<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch. Default: that of the record. */
  readonly timestamp?: number;
  /** Default: those of the record. */
  readonly headers?: readonly Header[];
}

/** The results of one record: one, several, or none. */
export type AsyncResults<K, V> = AsyncResult<K, V> | Iterable<AsyncResult<K, V>> | null | undefined;
