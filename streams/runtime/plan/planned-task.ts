import type { TopicPartition } from '../../kafka/record.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/** A task of the plan: one partition of a sub-topology. */
export interface PlannedTask {
  readonly sub: PlannedSubTopology;
  readonly partition: number;
}

export function taskId({ id }: PlannedSubTopology, partition: number): string {
  return `${id}_${partition}`;
}

export function idOf({ sub, partition }: PlannedTask): string {
  return taskId(sub, partition);
}

/** All tasks of the topology. */
export function tasksOf({ subTopologies }: TopologyPlan): PlannedTask[] {
  return subTopologies.flatMap(sub => Array.from({ length: sub.tasks }, (_, partition) => ({ sub, partition })));
}

/** Input partitions of a task. A topic with fewer partitions than there are tasks has none for the last tasks. */
export function inputsOf({ sub, partition }: PlannedTask): TopicPartition[] {
  return sub.inputs.filter(input => partition < input.partitions).map(({ topic }) => ({ topic, partition }));
}
