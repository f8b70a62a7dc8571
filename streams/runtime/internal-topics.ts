import { setTimeout as delay } from 'node:timers/promises';
import type { StoreSpec } from '../dsl/node.js';
import type { Admin, TopicConfig } from '../kafka/ports.js';
import type { StreamsConfig } from './streams-config.js';
import type { TopologyPlan } from './task-plan.js';

/**
 * How long a compacted topic keeps a tombstone after it was first cleaned. State that was level with its changelog within that time can
 * have missed none.
 */
export const TOMBSTONES_KEPT_MS = 86_400_000;

/** The runtime gives records their timestamps: a broker may have another default. */
const TIMESTAMPS = { 'message.timestamp.type': 'CreateTime' } as const;

const COMPACTED = {
  ...TIMESTAMPS,
  'cleanup.policy': 'compact',
  'delete.retention.ms': String(TOMBSTONES_KEPT_MS),
} as const;

/** Kept by time, records of an old event time would be gone before they are read. */
const REPARTITION = { ...TIMESTAMPS, 'cleanup.policy': 'delete', 'retention.ms': '-1' } as const;

/** A record each commit: small segments, since only a closed one is compacted, and whoever asks for owners or counts reads the topic whole. */
const AUDIT = { ...COMPACTED, 'segment.bytes': String(8 * 1024 * 1024) } as const;

const VISIBLE_CHECK_MS = 50;

/** Waits until the cluster's metadata have all topics: a consumer that subscribes before gets a part of its input only. */
async function allVisible(topics: readonly string[], admin: Admin): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const present = await admin.partitionCounts(topics);
    if (topics.every(topic => present.has(topic))) return present;
    await delay(VISIBLE_CHECK_MS);
  }
}

type RetentionConfig = Pick<StreamsConfig, 'windowstoreChangelogAdditionalRetentionMs'>;

/** Creates the topics of the application itself. Those that exist are left as they are. */
export async function createInternalTopics(plan: TopologyPlan, admin: Admin, config: RetentionConfig): Promise<void> {
  const wanted = internalTopics(plan, config);
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

function internalTopics(plan: TopologyPlan, config: RetentionConfig): ReadonlyMap<string, TopicConfig> {
  const topics = new Map<string, TopicConfig>();
  for (const { reads, stores, tasks } of plan.subTopologies) {
    for (const { topic, partitions } of reads) topics.set(topic, { partitions, config: REPARTITION });
    for (const { spec, changelog } of stores) {
      if (changelog !== undefined) topics.set(changelog, { partitions: tasks, config: changelogConfig(spec, config) });
    }
  }
  topics.set(plan.auditTopic, { partitions: plan.auditPartitions, config: AUDIT });
  return topics;
}

function changelogConfig({ retentionMs, writeOnce }: StoreSpec, config: RetentionConfig): TopicConfig['config'] {
  if (retentionMs === undefined) return COMPACTED;
  const retention = { 'retention.ms': String(retentionMs + config.windowstoreChangelogAdditionalRetentionMs) };
  if (writeOnce) return { ...TIMESTAMPS, 'cleanup.policy': 'delete', ...retention };
  return { ...COMPACTED, 'cleanup.policy': 'compact,delete', ...retention };
}
