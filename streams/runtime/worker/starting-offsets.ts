import { byName } from '../../audit/by-name.js';
import type { Logger } from '../../kafka/logger.js';
import type { Consumer } from '../../kafka/ports.js';
import type { TopicPartition, TopicPartitionOffset } from '../../kafka/record.js';
import type { Committer } from '../commit/committer.js';
import type { Task } from '../task/task.js';
import type { InputStart } from '../task/task-input.js';

/** Where tasks start in their input: at the committed offsets of the group, or where their own state has come to. */
export class StartingOffsets {
  readonly #consumer: Consumer;
  readonly #committer: Pick<Committer, 'beginAt'>;
  readonly #logger: Logger;

  constructor(consumer: Consumer, committer: Pick<Committer, 'beginAt'>, logger: Logger) {
    this.#consumer = consumer;
    this.#committer = committer;
    this.#logger = logger;
  }

  /** The tasks continue from the committed offsets. */
  async seek(tasks: readonly Task[]): Promise<void> {
    const committed = await this.#consumer.committed(tasks.flatMap(task => task.inputs.partitions));
    const first: TopicPartitionOffset[] = [];
    await Promise.all(
      tasks.map(async task => {
        const starts = new Map<string, InputStart>();
        const topicIds = byName<string>();
        for (const { topic, partition } of task.inputs.partitions) {
          const known = committed.find(of => of.topic === topic && of.partition === partition)?.offset ?? -1;
          const id = await this.#consumer.topicId(topic);
          if (id !== undefined) topicIds[topic] = id;
          const offset = await this.#startOf(task, { topic, partition, offset: known }, id);
          starts.set(topic, known >= 0 ? { offset, committed: known } : { offset });
          if (known < 0) first.push({ topic, partition, offset });
        }
        task.seek(starts, topicIds);
      }),
    );
    await this.#committer.beginAt(first);
  }

  /**
   * Where a task starts in a partition of the topic with this id. `offset` is the group's committed offset, -1 if there
   * is none.
   */
  async #startOf(
    task: Task,
    { topic, partition, offset }: TopicPartitionOffset,
    id: string | undefined,
  ): Promise<number> {
    const before = task.checkpoint.topicId(topic);
    if (id === undefined || before === undefined || id === before) {
      return offset >= 0 ? offset : await this.#uncommitted(task, { topic, partition });
    }
    const { low } = await this.#consumer.partitionOffsets({ topic, partition });
    this.#logger.warn(
      `topic ${topic} is not the one of which task ${task.id} has read up to ${task.checkpoint.next(topic)}: ` +
        `it was deleted and created again, and is read from its oldest record, ${low}`,
    );
    task.checkpoint.beginAgain(topic, low);
    return low;
  }

  /**
   * Where a task starts in a partition without a committed offset of the group. If the task has processed nothing of
   * it: at the oldest record. Otherwise the offset was lost (a broker forgets the offsets of a group that was away for
   * a week), and the task's state has it, because the two were committed together.
   */
  async #uncommitted(task: Task, { topic, partition }: TopicPartition): Promise<number> {
    const { low, high } = await this.#consumer.partitionOffsets({ topic, partition });
    const next = task.checkpoint.next(topic);
    if (next === undefined) return low;
    if (next < low || next > high) {
      this.#logger.warn(
        `${topic}-${partition} has the offsets ${low} to ${high}, task ${task.id} had come to ${next}: goes on from ${low}`,
      );
      return low;
    }
    if (next > low) {
      this.#logger.warn(
        `no committed offset of ${topic}-${partition}: goes on from ${next}, where task ${task.id} had come`,
      );
    }
    return next;
  }
}
