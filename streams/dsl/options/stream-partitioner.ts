import type { Headers } from '../../kafka/record.js';

/**
 * Chooses the partitions of a record in a topic (Java: `StreamPartitioner`; KIP-837, KIP-1321). Returns
 *
 * - a partition, from 0 to `numPartitions` - 1;
 * - several partitions: each of them gets the record, once;
 * - an empty list: no partition gets the record. It counts as dropped;
 * - undefined: the partition of the record's key, as without a partitioner.
 *
 * It is called once for each record, in order, and must be synchronous. Keys and values may be null as in the stream.
 * If it throws, or if there is no such partition, the record goes to the production exception handler.
 *
 * ```ts
 * const bySize: StreamPartitioner<string, Order> = (_topic, _key, order, numPartitions) =>
 *   order.tags.includes('test') ? [] : Math.floor(order.amount / 1000) % numPartitions;
 * orders.to('orders-by-size', { partitioner: bySize });
 * ```
 */
export type StreamPartitioner<K, V> = {
  bivarianceHack(
    topic: string,
    key: K,
    value: V,
    numPartitions: number,
    headers: Headers,
  ): number | readonly number[] | undefined;
}['bivarianceHack'];

/** The partitioner of a node of the graph. */
export type AnyPartitioner = StreamPartitioner<unknown, unknown>;
