import { setTimeout as delay } from 'node:timers/promises';
import type { StoreSpec } from '../../dsl/graph/node.js';
import type { Admin, TopicConfig } from '../../kafka/ports.js';
import type { StreamsConfig } from '../streams-config.js';
import { internalTopicError } from './partition-changes.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

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

/**
 * Waits until the cluster's metadata have all topics, with at least so many partitions: a consumer that subscribes before gets a part of
 * its input only.
 */
async function visible(admin: Admin, topics: readonly string[], partitions = 1): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const present = await admin.partitionCounts(topics);
    if (topics.every(topic => (present.get(topic) ?? 0) >= partitions)) return present;
    await delay(VISIBLE_CHECK_MS);
  }
}

type RetentionConfig = Pick<StreamsConfig, 'windowstoreChangelogAdditionalRetentionMs'>;

/** A topic of the application itself. */
interface InternalTopic extends TopicConfig {
  /** Whose partitions it has; undefined of the audit topic, which all tasks write. */
  readonly sub: PlannedSubTopology | undefined;
}

/**
 * Creates the topics of the application itself. Those that exist are left as they are; the audit topic gets partitions where there are more
 * tasks than before. Throws a StreamsError if one was created for another number of partitions of the input.
 */
export async function createInternalTopics(plan: TopologyPlan, admin: Admin, config: RetentionConfig): Promise<void> {
  const wanted = internalTopics(plan, config);
  const existing = await admin.partitionCounts([...wanted.keys()]);
  await Promise.all(
    [...wanted].filter(([topic]) => !existing.has(topic)).map(([topic, config]) => admin.createTopic(topic, config)),
  );
  const present = await visible(admin, [...wanted.keys()]);
  for (const [topic, { partitions, sub }] of wanted) {
    const count = present.get(topic) ?? 0;
    if (sub !== undefined && count !== partitions) throw internalTopicError(topic, count, sub);
    if (count >= partitions) continue;
    await admin.createPartitions(topic, partitions);
    await visible(admin, [topic], partitions);
  }
}

function internalTopics(plan: TopologyPlan, config: RetentionConfig): ReadonlyMap<string, InternalTopic> {
  const topics = new Map<string, InternalTopic>();
  for (const sub of plan.subTopologies) {
    for (const { topic, partitions } of sub.reads) topics.set(topic, { partitions, config: REPARTITION, sub });
    for (const { spec, changelog } of sub.stores) {
      if (changelog === undefined) continue;
      topics.set(changelog, { partitions: sub.tasks, config: changelogConfig(spec, config), sub });
    }
  }
  topics.set(plan.auditTopic, { partitions: plan.auditPartitions, config: AUDIT, sub: undefined });
  return topics;
}

function changelogConfig({ kind }: StoreSpec, config: RetentionConfig): TopicConfig['config'] {
  const { cleanup } = kind;
  if (cleanup.policy === 'compact') return COMPACTED;
  const retentionMs = cleanup.retentionMs + config.windowstoreChangelogAdditionalRetentionMs;
  const base = cleanup.policy === 'delete' ? TIMESTAMPS : COMPACTED;
  return { ...base, 'cleanup.policy': cleanup.policy, 'retention.ms': String(retentionMs) };
}
