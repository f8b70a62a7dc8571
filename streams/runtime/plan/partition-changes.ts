import type { TopicPartition } from '../../kafka/record.js';
import { isOtherTopic } from '../../kafka/topic-ids.js';
import { StreamsError } from '../errors.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/** An input topic has other partitions than the plan. A new plan is needed. */
export class PartitionsChangedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PartitionsChangedError';
  }
}

/** The group has assigned the input of another subscription: topics that match a pattern were created or deleted. */
export class SourceTopicsChangedError extends PartitionsChangedError {
  /** The subscription that the group knows. */
  readonly topics: readonly string[];

  constructor(topics: readonly string[]) {
    super('topics that match a pattern were created or deleted');
    this.name = 'SourceTopicsChangedError';
    this.topics = topics;
  }
}

const REMEDY =
  'a key may be in another partition than its state: give the topic the partitions that it had by creating it again, ' +
  'or process it from its beginning under a new application id';

/** True if a new plan helps. */
export function isPlanOutdated(error: unknown): boolean {
  return error instanceof PartitionsChangedError || isOtherTopic(error);
}

/** Throws a PartitionsChangedError if the group has assigned a partition that no task of the plan reads. */
export function checkAssigned(plan: TopologyPlan, assigned: readonly TopicPartition[]): void {
  const planned = inputPartitions(plan);
  for (const { topic, partition } of assigned) {
    if (partition < (planned.get(topic) ?? 0)) continue;
    throw new PartitionsChangedError(`partition ${topic}-${partition} was added since this process began`);
  }
}

/**
 * Compares a plan with the previous one, if there is one. Returns the changes, one line for each topic. Throws a
 * StreamsError if a changed topic is an input of a sub-topology that has stores or repartitions: keys are in other
 * partitions than before.
 */
export function changedPartitions(before: TopologyPlan | undefined, now: TopologyPlan): readonly string[] {
  if (before === undefined) return [];
  const had = inputPartitions(before);
  const changes = new Map<string, string>();
  for (const [topic, partitions] of inputPartitions(now)) {
    const count = had.get(topic);
    if (count === undefined || count === partitions) continue;
    changes.set(topic, `topic ${topic} has ${partitions} partitions, and had ${count} before`);
  }
  for (const subTopology of now.subTopologies) {
    const changed = subTopology.sources.flatMap(({ topics }) => topics.flatMap(topic => changes.get(topic) ?? []));
    if (changed.length > 0 && dependsOnPartitions(subTopology))
      throw new StreamsError(`${changed.join(', ')}; ${REMEDY}`);
  }
  return [...changes.values()];
}

/** The error of an internal topic that was created when the input had another number of partitions. */
export function internalTopicError(topic: string, partitions: number, subTopology: PlannedSubTopology): StreamsError {
  const inputs = subTopology.inputs
    .filter(input => input.topic !== topic)
    .map(input => `topic ${input.topic} has ${input.partitions} partitions, and had ${partitions} when it was created`);
  return new StreamsError(
    `internal topic ${topic} has ${partitions} partitions, its tasks are ${subTopology.tasks}: ${[...inputs, REMEDY].join('; ')}`,
  );
}

function dependsOnPartitions({ stores, reads, writes }: PlannedSubTopology): boolean {
  return stores.length > 0 || reads.length > 0 || writes.length > 0;
}

function inputPartitions({ subTopologies }: TopologyPlan): ReadonlyMap<string, number> {
  return new Map(subTopologies.flatMap(({ inputs }) => inputs.map(({ topic, partitions }) => [topic, partitions])));
}
