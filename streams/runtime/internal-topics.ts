import type { Admin } from '../kafka/ports.js';
import type { TopologyPlan } from './task-plan.js';

/** Window changelogs keep this much more than their windows (Java: `windowstore.changelog.additional.retention.ms`). */
const ADDITIONAL_RETENTION_MS = 86_400_000;

/** Creates the topics of the application itself. Those that exist are left as they are. */
export async function createInternalTopics(plan: TopologyPlan, admin: Admin): Promise<void> {
  const wanted = new Map<string, { partitions: number; config: Record<string, string> }>();
  for (const { reads, stores, tasks } of plan.subTopologies) {
    for (const { topic, partitions } of reads) {
      // Kept by time, records of an old event time would be gone before they are read.
      wanted.set(topic, { partitions, config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' } });
    }
    for (const { spec, changelog } of stores) {
      if (changelog === undefined) continue;
      const config: Record<string, string> =
        spec.retentionMs === undefined
          ? { 'cleanup.policy': 'compact' }
          : {
              'cleanup.policy': 'compact,delete',
              'retention.ms': String(spec.retentionMs + ADDITIONAL_RETENTION_MS),
            };
      wanted.set(changelog, { partitions: tasks, config });
    }
  }
  wanted.set(plan.auditTopic, { partitions: plan.auditPartitions, config: { 'cleanup.policy': 'compact' } });
  const existing = await admin.partitionCounts([...wanted.keys()]);
  for (const [topic, config] of wanted) {
    const partitions = existing.get(topic);
    if (partitions === undefined) await admin.createTopic(topic, config);
    else if (partitions !== config.partitions) {
      throw new Error(
        `internal topic ${topic} has ${partitions} partitions, the topology needs ${config.partitions}: ` +
          'the partition count of a source topic was changed; reset the application under a new application id',
      );
    }
  }
}
