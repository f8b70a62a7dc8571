import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../dsl/graph/topology.js';
import { type Admin, type Consumer, KafkaClientError, type Ports } from '../kafka/ports.js';
import type { TopicPartitionOffset } from '../kafka/record.js';
import { StreamsError } from './errors.js';
import { SourceTopics } from './plan/source-topics.js';
import { internalTopicsOf } from './plan/task-plan.js';
import { unusedState } from './state/state-directory.js';
import { type StreamsOptions, streamsConfig } from './streams-config.js';

const POLL_TIMEOUT_MS = 10;
const GONE_CHECK_MS = 50;

/** Error codes with which a broker refuses offsets from a client outside the group, while the group has members. */
const HAS_MEMBERS: ReadonlySet<number> = new Set([22, 25, 27, 82, 110, 113]);

/** What a reset would change. */
export interface ResetPlan {
  readonly applicationId: string;
  /**
   * By partition of the input: the committed offset of the group (-1: none), and the oldest offset, which the reset
   * commits.
   */
  readonly offsets: readonly (TopicPartitionOffset & { readonly oldest: number })[];
  /** Input topics that do not exist. The reset leaves them out. */
  readonly missingTopics: readonly string[];
  /** The existing changelogs, repartition topics and audit topic. The reset deletes them. */
  readonly internalTopics: readonly string[];
  /** The state of the application on this machine. The reset deletes it. undefined if there is none. */
  readonly stateDirectory: string | undefined;
}

/**
 * Finds out what a reset would change, and changes nothing. After a reset, the application processes its input from the
 * beginning, as if it were new (Java: the tool `kafka-streams-application-reset`).
 *
 * @throws StreamsError if a process of the application is running: the group has members, or the state directory is in
 * use
 * @throws ConfigError that names the option that is wrong
 * @throws KafkaClientError if the cluster does not answer
 */
export async function planReset(topology: Topology, options: StreamsOptions, ports: Ports): Promise<ResetPlan> {
  const config = streamsConfig(options);
  const { applicationId, stateDir } = config;
  const stateDirectory = await unusedState(stateDir, applicationId);
  const sources = new SourceTopics(topology, config);
  const internal = internalTopicsOf(topology, applicationId);
  const inputs = await withAdmin(ports, admin => sources.partitionCounts(admin));
  const existing = await withAdmin(ports, admin => admin.partitionCounts(internal));
  const partitions = [...inputs].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  return await withConsumer(ports, applicationId, async consumer => {
    const committed = await consumer.committed(partitions);
    // Commits the offsets that the group has. While a group has members, its broker refuses even these from any other
    // client.
    await commit(consumer, applicationId, committed);
    const offsets: (TopicPartitionOffset & { oldest: number })[] = [];
    for (const at of committed) offsets.push({ ...at, oldest: (await consumer.partitionOffsets(at)).low });
    return {
      applicationId,
      offsets,
      missingTopics: sources.missing(inputs),
      internalTopics: internal.filter(topic => existing.has(topic)),
      stateDirectory,
    };
  });
}

/**
 * Does what the plan says. Output topics stay as they are. State on other machines is deleted by the processes there
 * when they start: they find another audit topic. If the reset fails, repeat it before you start anything.
 *
 * @throws StreamsError if a process of the application is running; then nothing is changed
 * @throws KafkaClientError if the cluster does not answer
 */
export async function resetApplication(plan: ResetPlan, ports: Ports): Promise<void> {
  const { applicationId, stateDirectory } = plan;
  // The first step, because a broker accepts these offsets only if the group has no members.
  const beginning = plan.offsets.map(({ topic, partition, oldest }) => ({ topic, partition, offset: oldest }));
  await withConsumer(ports, applicationId, consumer => commit(consumer, applicationId, beginning));
  await withAdmin(ports, admin => deleteTopics(admin, plan.internalTopics));
  if (stateDirectory !== undefined) await rm(stateDirectory, { recursive: true, force: true });
}

async function commit(consumer: Consumer, group: string, offsets: readonly TopicPartitionOffset[]): Promise<void> {
  const known = offsets.filter(({ offset }) => offset >= 0);
  if (known.length === 0) return;
  try {
    await consumer.commit(known);
  } catch (error) {
    if (!(error instanceof KafkaClientError && HAS_MEMBERS.has(error.code))) throw error;
    const remedy = 'stop all its processes; one that was killed is a member until its session has ended';
    throw new StreamsError(`group ${group} has active members: ${remedy}`, { cause: error });
  }
}

async function deleteTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const topic of topics) await admin.deleteTopic(topic);
  while ((await admin.partitionCounts(topics)).size > 0) await delay(GONE_CHECK_MS);
}

async function withConsumer<T>(ports: Ports, groupId: string, use: (consumer: Consumer) => Promise<T>): Promise<T> {
  const consumer = ports.consumer({ clientId: `${groupId}-reset`, groupId, pollTimeoutMs: POLL_TIMEOUT_MS });
  await consumer.connect();
  try {
    return await use(consumer);
  } finally {
    await consumer.close();
  }
}

async function withAdmin<T>(ports: Ports, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = ports.admin();
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}
