import type { Clock } from '../../kafka/ports.js';
import type { ProcessorGraph } from '../compile/processor-graph.js';
import { RecordQueue } from '../input/record-queue.js';
import type { PlannedSubTopology } from '../plan/task-plan.js';
import type { TaskContext } from '../processors/task-context.js';
import { RepartitionedInput } from './repartitioned-input.js';
import { SourceInput } from './source-input.js';
import type { TaskInput } from './task-input.js';

export interface TaskInputsOptions {
  readonly plan: PlannedSubTopology;
  readonly partition: number;
  readonly graph: ProcessorGraph;
  readonly context: TaskContext;
  readonly clock: Clock;
  readonly maxTimestampAheadMs: number;
}

/** The partitions that a task reads: those of source topics, then those of repartition topics. */
export function taskInputs(options: TaskInputsOptions): TaskInput[] {
  const { plan, partition, graph, context, clock, maxTimestampAheadMs } = options;
  const { taskTime } = graph;
  const sources = [...graph.sources].flatMap(([node, processor]) =>
    node.topics
      .filter(topic => plan.inputs.some(input => input.topic === topic && partition < input.partitions))
      .map(topic => {
        const queue = new RecordQueue(topic, partition);
        return new SourceInput({ node, processor, queue, context, taskTime, clock, maxTimestampAheadMs });
      }),
  );
  const repartitions = graph.repartitions.map(
    input => new RepartitionedInput(input, new RecordQueue(input.topic, partition), context),
  );
  return [...sources, ...repartitions];
}
