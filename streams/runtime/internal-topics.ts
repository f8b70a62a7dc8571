import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from '../kafka/ports.js';
import type { TopologyPlan } from './task-plan.js';

/** Window changelogs keep this much more than their windows (Java: `windowstore.changelog.additional.retention.ms`). */
const ADDITIONAL_RETENTION_MS = 86_400_000;

/** A record each commit: small segments, since only a closed one is compacted, and whoever asks for owners or counts reads the topic whole. */
const AUDIT_CONFIG = { 'cleanup.policy': 'compact', 'segment.bytes': String(8 * 1024 * 1024) };

const VISIBLE_CHECK_MS = 50;

/** Waits until the cluster's metadata have all topics: a consumer that subscribes before gets a part of its input only. */
async function allVisible(topics: readonly string[], admin: Admin): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const present = await admin.partitionCounts(topics);
    if (topics.every(topic => present.has(topic))) return present;
    await delay(VISIBLE_CHECK_MS);
  }
}

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
              'cleanup.policy': spec.writeOnce ? 'delete' : 'compact,delete',
              'retention.ms': String(spec.retentionMs + ADDITIONAL_RETENTION_MS),
            };
      wanted.set(changelog, { partitions: tasks, config });
    }
  }
  wanted.set(plan.auditTopic, { partitions: plan.auditPartitions, config: AUDIT_CONFIG });
  const existing = await admin.partitionCounts([...wanted.keys()]);
  await Promise.all(
    [...wanted].filter(([topic]) => !existing.has(topic)).map(([topic, config]) => admin.createTopic(topic, config)),
  );
  const present = await allVisible([...wanted.keys()], admin);
  for (const [topic, config] of wanted) {
    const partitions = present.get(topic);
    if (partitions !== config.partitions) {
      throw new Error(
        `internal topic ${topic} has ${partitions} partitions, the topology needs ${config.partitions}: ` +
          'the partition count of a source topic was changed; reset the application under a new application id',
      );
    }
  }
}
