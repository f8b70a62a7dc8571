import type { GroupProtocol } from '../../kafka/group-protocol.js';
import type { Logger } from '../../kafka/logger.js';
import { partitionId, type TopicPartition } from '../../kafka/record.js';
import { checkAssigned } from '../plan/partition-changes.js';
import { idOf, inputsOf, type PlannedTask, tasksOf } from '../plan/planned-task.js';
import type { TopologyPlan } from '../plan/task-plan.js';

/**
 * The tasks of which all partitions are assigned. The others can't run here. With the consumer protocol that passes: a
 * broker assigns the partitions of a topic that was just created some time after the others. Throws a
 * PartitionsChangedError if a partition belongs to no task of the plan.
 */
export function runnableTasks(
  plan: TopologyPlan,
  partitions: readonly TopicPartition[],
  protocol: GroupProtocol,
  logger: Logger,
): PlannedTask[] {
  checkAssigned(plan, partitions);
  const assigned = new Set(partitions.map(partitionId));
  return tasksOf(plan).filter(planned => {
    const inputs = inputsOf(planned).map(partitionId);
    const here = inputs.filter(input => assigned.has(input));
    if (here.length === inputs.length) return true;
    const only = `only ${here.join(', ')} of its input is assigned here`;
    if (here.length > 0 && protocol === 'consumer') logger.info(`task ${idOf(planned)} waits: ${only} so far`);
    else if (here.length > 0) logger.warn(`task ${idOf(planned)} can't run: ${only}`);
    return false;
  });
}
