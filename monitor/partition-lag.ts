import type { AuditRecord } from 'tributary/audit';
import type { ClusterView } from './cluster-view.js';
import type { PartitionLag } from './snapshot.js';

/**
 * Of the group's partitions whose committed offset is known. A group may have none, as on the embedded broker, which keeps no offsets of
 * transactions: then it is the one in the audit record of the task. Where nothing is committed, all that is there is still to be read.
 *
 * @param tasks the latest audit record of each task
 */
export function partitionLags(
  cluster: Pick<ClusterView, 'topics' | 'committed'>,
  inputs: readonly string[],
  tasks: Iterable<AuditRecord>,
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
      // What is committed was there, though the end was asked before.
      const lag = Math.max(0, high - (committed < 0 ? low : committed));
      return [{ topic, partition, end: high, committed, lag }];
    }),
  );
}
