import type { AnyPartitioner } from '../../dsl/options/stream-partitioner.js';
import { synchronous } from '../../dsl/options/synchronous.js';
import type { Headers } from '../../kafka/record.js';

/**
 * The partitions that a partitioner chooses: one, a list without duplicates, or undefined for that of the key. Throws a
 * RangeError if the topic has no such partition.
 */
export function chosenPartitions(
  partitioner: AnyPartitioner,
  topic: string,
  key: unknown,
  value: unknown,
  numPartitions: number,
  headers: Headers,
): number | readonly number[] | undefined {
  const chosen = synchronous(partitioner(topic, key, value, numPartitions, headers), 'the partitioner');
  if (chosen === undefined) return undefined;
  if (typeof chosen === 'number') return checked(topic, chosen, numPartitions);
  if (!Array.isArray(chosen)) throw new RangeError(`the partitioner gave ${JSON.stringify(chosen)} for topic ${topic}`);
  return [...new Set(chosen.map(partition => checked(topic, partition, numPartitions)))];
}

function checked(topic: string, partition: number, numPartitions: number): number {
  if (Number.isInteger(partition) && partition >= 0 && partition < numPartitions) return partition;
  throw new RangeError(`the partitioner chose partition ${partition}, topic ${topic} has ${numPartitions}`);
}
