import type { Clock } from '../../kafka/ports.js';
import type { ProcessorGraph } from '../compile/processor-graph.js';
import { RecordQueue } from '../input/record-queue.js';
import { inputsOf, type PlannedTask } from '../plan/planned-task.js';
import type { TaskContext } from '../processors/task-context.js';
import { RepartitionedInput } from './repartitioned-input.js';
import { SourceInput } from './source-input.js';
import type { TaskInput } from './task-input.js';

export interface TaskInputsOptions {
  readonly planned: PlannedTask;
  readonly graph: ProcessorGraph;
  readonly context: TaskContext;
  readonly clock: Clock;
  /** How far ahead of the wall clock a timestamp may be, in milliseconds. */
  readonly maxTimestampAheadMs: number;
}

/**
 * The input partitions of a task, with the processors that get their records: of source topics, then of repartitions.
 */
export function taskInputs({ planned, graph, context, clock, maxTimestampAheadMs }: TaskInputsOptions): TaskInput[] {
  const { partition } = planned;
  const { taskTime } = graph;
  const copiesHeaders = planned.subTopology.subTopology.nodes.some(({ kind }) => kind === 'process');
  const read = new Set(inputsOf(planned).map(({ topic }) => topic));
  const sources = planned.subTopology.sources.flatMap(({ node, topics }) => {
    const processor = graph.sources.get(node);
    if (processor === undefined) return [];
    return topics
      .filter(topic => read.has(topic))
      .map(topic => {
        const queue = new RecordQueue(topic, partition);
        return new SourceInput({
          node,
          processor,
          queue,
          context,
          taskTime,
          clock,
          copiesHeaders,
          maxTimestampAheadMs,
        });
      });
  });
  const repartitions = graph.repartitions.map(
    input => new RepartitionedInput(input, new RecordQueue(input.topic, partition), context),
  );
  return [...sources, ...repartitions];
}
