import type { Duration } from '../../kafka/duration.js';
import type { Named } from './options.js';

/**
 * How an asynchronous operator calls its function.
 *
 * ```ts
 * const country = async (address: string): Promise<string> => (await fetch(`https://geo.example/${address}`)).text();
 * orders
 *   .mapValuesAsync((_order, key) => country(key), { maxConcurrent: 100, order: 'key', timeout: '5s', retries: 3 })
 *   .to('countries', { valueSerde: Serdes.string() });
 * ```
 */
export interface AsyncOptions extends Named {
  /**
   * The most records of a task that have no result yet. With more, the task takes no further record. More calls than
   * this are never in flight. Default: 32.
   */
  readonly maxConcurrent?: number;
  /**
   * `partition`: results come in the order of their records. `key`: results of one key do, and its calls come one after
   * the other; a slow call holds up no other key. Records with a null key have no order then. Default: `partition`.
   */
  readonly order?: 'partition' | 'key';
  /**
   * The time that one call may take. After it the call has failed, and its signal is aborted. It is checked between
   * records and polls, so it may take some 100 ms longer. Default: 30 s.
   */
  readonly timeout?: Duration;
  /** How often a call that has failed is repeated. Then its error goes to the processing exception handler. Default: 0. */
  readonly retries?: number;
  /** The pause before the first retry. It doubles with each further one, up to ten seconds. Default: 100 ms. */
  readonly retryBackoff?: Duration;
}
