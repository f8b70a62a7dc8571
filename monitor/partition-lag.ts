import type { Checkpoint } from 'tributary/audit';
import type { ClusterView } from './cluster-view.js';
import type { PartitionLag } from './snapshot.js';

/**
 * The lag of the group's partitions with a known committed offset. A group may have none: the embedded broker keeps no
 * offsets of transactions. Then the offset is the one in the checkpoint of the task. Without any offset, all existing
 * records are still to be read.
 *
 * @param tasks the latest checkpoint of each task
 */
export function partitionLags(
  cluster: Pick<ClusterView, 'topics' | 'committed'>,
  inputs: readonly string[],
  tasks: Iterable<Checkpoint>,
): PartitionLag[] {
  const audited = new Map<string, number>();
  for (const { task, offsets, repartitionOffsets = {} } of tasks) {
    const partition = task.slice(task.lastIndexOf('_') + 1);
    for (const [topic, { next }] of Object.entries(offsets)) audited.set(`${topic}-${partition}`, next);
    for (const [topic, next] of Object.entries(repartitionOffsets)) audited.set(`${topic}-${partition}`, next);
  }
  return inputs.flatMap(topic =>
    (cluster.topics.get(topic)?.partitions ?? []).flatMap(({ low, high }, partition) => {
      const ofGroup = cluster.committed({ topic, partition });
      if (ofGroup === undefined) return [];
      const committed = ofGroup < 0 ? (audited.get(`${topic}-${partition}`) ?? ofGroup) : ofGroup;
      // Committed offsets existed, even if the end was requested before.
      const lag = Math.max(0, high - (committed < 0 ? low : committed));
      return [{ topic, partition, end: high, committed, lag }];
    }),
  );
}
