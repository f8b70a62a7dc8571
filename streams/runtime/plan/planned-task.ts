import type { TopicPartition } from '../../kafka/record.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/** A task of the plan: one partition of a sub-topology. */
export interface PlannedTask {
  readonly subTopology: PlannedSubTopology;
  readonly partition: number;
}

export function taskId({ id }: PlannedSubTopology, partition: number): string {
  return `${id}_${partition}`;
}

export function idOf({ subTopology, partition }: PlannedTask): string {
  return taskId(subTopology, partition);
}

/** All tasks of the topology. */
export function tasksOf({ subTopologies }: TopologyPlan): PlannedTask[] {
  return subTopologies.flatMap(subTopology =>
    Array.from({ length: subTopology.tasks }, (_, partition) => ({ subTopology, partition })),
  );
}

/** Input partitions of a task. A topic with fewer partitions than there are tasks has none for the last tasks. */
export function inputsOf({ subTopology, partition }: PlannedTask): TopicPartition[] {
  return subTopology.inputs.filter(input => partition < input.partitions).map(({ topic }) => ({ topic, partition }));
}
