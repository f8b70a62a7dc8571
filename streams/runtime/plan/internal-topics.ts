import { setTimeout as delay } from 'node:timers/promises';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import type { Admin, TopicConfig } from '../../kafka/ports.js';
import type { StreamsConfig } from '../streams-config.js';
import { internalTopicError } from './partition-changes.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/**
 * How long a compacted topic keeps a tombstone after it was first cleaned. State that was level with its changelog
 * within this time can't have missed a tombstone.
 */
export const TOMBSTONES_KEPT_MS = 86_400_000;

/** The runtime sets the timestamps of records. A broker may have another default. */
const TIMESTAMPS = { 'message.timestamp.type': 'CreateTime' } as const;

const COMPACTED = {
  ...TIMESTAMPS,
  'cleanup.policy': 'compact',
  'delete.retention.ms': String(TOMBSTONES_KEPT_MS),
} as const;

/** With retention by time, records of old event time would be deleted before they are read. */
const REPARTITION = { ...TIMESTAMPS, 'cleanup.policy': 'delete', 'retention.ms': '-1' } as const;

/**
 * The topic gets a record with each commit. Its segments are small, because only closed segments are compacted, and
 * readers that look for owners or counts read the whole topic.
 */
const AUDIT = { ...COMPACTED, 'segment.bytes': String(8 * 1024 * 1024) } as const;

const VISIBLE_CHECK_MS = 50;

/**
 * Waits until the cluster's metadata have all topics, with at least this number of partitions. A consumer that
 * subscribes earlier gets only a part of its input.
 */
async function visible(admin: Admin, topics: readonly string[], partitions = 1): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const present = await admin.partitionCounts(topics);
    if (topics.every(topic => (present.get(topic) ?? 0) >= partitions)) return present;
    await delay(VISIBLE_CHECK_MS);
  }
}

type RetentionConfig = Pick<StreamsConfig, 'windowstoreChangelogAdditionalRetentionMs'>;

/** An internal topic of the application. */
interface InternalTopic extends TopicConfig {
  /** The sub-topology whose partitions it has. undefined for the audit topic, which all tasks write. */
  readonly subTopology: PlannedSubTopology | undefined;
}

/**
 * Creates the internal topics of the application. Existing topics are left as they are. The audit topic gets more
 * partitions if there are more tasks than before. Throws a StreamsError if a topic was created for another number of
 * partitions of the input.
 */
export async function createInternalTopics(plan: TopologyPlan, admin: Admin, config: RetentionConfig): Promise<void> {
  const wanted = internalTopics(plan, config);
  const existing = await admin.partitionCounts([...wanted.keys()]);
  await Promise.all(
    [...wanted].filter(([topic]) => !existing.has(topic)).map(([topic, config]) => admin.createTopic(topic, config)),
  );
  const present = await visible(admin, [...wanted.keys()]);
  for (const [topic, { partitions, subTopology }] of wanted) {
    const count = present.get(topic) ?? 0;
    if (subTopology !== undefined && count !== partitions) throw internalTopicError(topic, count, subTopology);
    if (count >= partitions) continue;
    await admin.createPartitions(topic, partitions);
    await visible(admin, [topic], partitions);
  }
}

function internalTopics(plan: TopologyPlan, config: RetentionConfig): ReadonlyMap<string, InternalTopic> {
  const topics = new Map<string, InternalTopic>();
  for (const subTopology of plan.subTopologies) {
    for (const { topic, partitions } of subTopology.reads)
      topics.set(topic, { partitions, config: REPARTITION, subTopology });
    for (const { spec, changelog } of subTopology.stores) {
      if (changelog === undefined) continue;
      topics.set(changelog, { partitions: subTopology.tasks, config: changelogConfig(spec, config), subTopology });
    }
  }
  topics.set(plan.auditTopic, { partitions: plan.auditPartitions, config: AUDIT, subTopology: undefined });
  return topics;
}

function changelogConfig({ kind }: StoreSpec, config: RetentionConfig): TopicConfig['config'] {
  const { cleanup } = kind;
  if (cleanup.policy === 'compact') return COMPACTED;
  const retentionMs = cleanup.retentionMs + config.windowstoreChangelogAdditionalRetentionMs;
  const base = cleanup.policy === 'delete' ? TIMESTAMPS : COMPACTED;
  return { ...base, 'cleanup.policy': cleanup.policy, 'retention.ms': String(retentionMs) };
}
