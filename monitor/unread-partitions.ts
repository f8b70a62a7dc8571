import type { ClusterView } from './cluster-view.js';
import type { UnreadPartitions } from './snapshot.js';

/**
 * Input topics with added partitions that the application does not read. The audit topic has a partition for each task,
 * and gets more only when the application takes the new partitions.
 */
export function unreadPartitions(
  { topics }: Pick<ClusterView, 'topics'>,
  inputs: readonly string[],
  auditTopic: string,
): UnreadPartitions[] {
  const read = topics.get(auditTopic)?.partitions.length;
  if (read === undefined) return [];
  return inputs.flatMap(topic => {
    const partitions = topics.get(topic)?.partitions.length ?? 0;
    return partitions > read ? [{ topic, partitions, read }] : [];
  });
}
