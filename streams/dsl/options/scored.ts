/**
 * A value in a list of `topN`.
 *
 * ```ts
 * const largest: KTable<string, readonly Scored<Order>[]> = orders
 *   .groupBy((_id, order) => order.customerId)
 *   .topN(3, (_customer, order) => order.amount, { as: 'largest-orders' });
 * ```
 */
export interface Scored<V> {
  readonly value: V;
  /** What the score function has returned. A finite number. */
  readonly score: number;
  /** Of the record, or of the row. Milliseconds since the epoch. */
  readonly timestamp: number;
}
