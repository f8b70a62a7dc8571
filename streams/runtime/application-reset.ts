import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../dsl/graph/topology.js';
import { type Admin, type Consumer, KafkaClientError, type Ports } from '../kafka/ports.js';
import type { TopicPartitionOffset } from '../kafka/record.js';
import { StreamsError } from './errors.js';
import { internalTopicsOf } from './plan/task-plan.js';
import { unusedState } from './state/state-directory.js';
import { type StreamsOptions, streamsConfig } from './streams-config.js';

const POLL_TIMEOUT_MS = 10;
const GONE_CHECK_MS = 50;

/** Errors by which a broker refuses offsets from somebody who is no member, while the group has members. */
const HAS_MEMBERS: ReadonlySet<number> = new Set([22, 25, 27, 82, 110, 113]);

/** What a reset changes. */
export interface ResetPlan {
  readonly applicationId: string;
  /** By partition of the input: the offset that the group has (-1: none), and the oldest one, which it is given. */
  readonly offsets: readonly (TopicPartitionOffset & { readonly oldest: number })[];
  /** Input topics that do not exist: there is nothing to set. */
  readonly missingTopics: readonly string[];
  /** Changelogs, repartition topics and the audit topic, those that exist: they are deleted. */
  readonly internalTopics: readonly string[];
  /** Where the application has its state on this machine, which is deleted; undefined if it has none. */
  readonly stateDirectory: string | undefined;
}

/**
 * What it takes for an application to process its input from the beginning, as if it were new (Java: the tool
 * `kafka-streams-application-reset`). Changes nothing.
 *
 * @throws StreamsError if a process of the application is at work: the group has members, or the state directory is in use
 * @throws ConfigError that names the option that is wrong
 * @throws KafkaClientError if the cluster does not answer
 */
export async function planReset(topology: Topology, options: StreamsOptions, ports: Ports): Promise<ResetPlan> {
  const { applicationId, stateDir } = streamsConfig(options);
  const stateDirectory = await unusedState(stateDir, applicationId);
  const inputs = topology.subTopologies.flatMap(sub => sub.sources.flatMap(source => source.topics));
  const internal = internalTopicsOf(topology, applicationId);
  const counts = await withAdmin(ports, admin => admin.partitionCounts([...inputs, ...internal]));
  const partitions = inputs.flatMap(topic =>
    Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
  );
  return await withConsumer(ports, applicationId, async consumer => {
    const committed = await consumer.committed(partitions);
    // The offsets that it has: while a group has members, its broker refuses even these from anybody else.
    await commit(consumer, applicationId, committed);
    const offsets: (TopicPartitionOffset & { oldest: number })[] = [];
    for (const at of committed) offsets.push({ ...at, oldest: (await consumer.watermarks(at)).low });
    return {
      applicationId,
      offsets,
      missingTopics: inputs.filter(topic => !counts.has(topic)),
      internalTopics: internal.filter(topic => counts.has(topic)),
      stateDirectory,
    };
  });
}

/**
 * Does what the plan says. Output topics stay as they are. State on other machines is deleted by the processes there when they start: they
 * find that the audit topic is another one. If it fails on the way, nothing may be started before it was done again.
 *
 * @throws StreamsError if a process of the application is at work; nothing is changed then
 * @throws KafkaClientError if the cluster does not answer
 */
export async function resetApplication(plan: ResetPlan, ports: Ports): Promise<void> {
  const { applicationId, stateDirectory } = plan;
  // A broker takes these only if the group has no members: so this is the first step.
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
