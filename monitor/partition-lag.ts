import type { ClusterView } from './cluster-view.js';
import type { PartitionLag } from './snapshot.js';

/** Of the group's partitions whose committed offset is known. Where nothing is committed, all that is there is still to be read. */
export function partitionLags(
  cluster: Pick<ClusterView, 'topics' | 'committed'>,
  inputs: readonly string[],
): PartitionLag[] {
  return inputs.flatMap(topic =>
    (cluster.topics.get(topic)?.partitions ?? []).flatMap(({ low, high }, partition) => {
      const committed = cluster.committed({ topic, partition });
      if (committed === undefined) return [];
      // What is committed was there, though the end was asked before.
      const lag = Math.max(0, high - (committed < 0 ? low : committed));
      return [{ topic, partition, end: high, committed, lag }];
    }),
  );
}
