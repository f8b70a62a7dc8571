import type { TopicPartition, TopicPartitionOffset } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';
import type { InputStart, TaskInput } from './task-input.js';

/** The input partitions of a task. It chooses the next one (Java: `PartitionGroup`). */
export class PartitionGroup {
  readonly #inputs: readonly TaskInput[];
  readonly #sources: number;

  constructor(inputs: readonly TaskInput[]) {
    this.#inputs = inputs;
    this.#sources = inputs.filter(({ isSource }) => isSource).length;
  }

  get queues(): readonly RecordQueue[] {
    return this.#inputs.map(({ queue }) => queue);
  }

  /** Queues of source topics. */
  get sources(): readonly RecordQueue[] {
    return this.#inputs.filter(({ isSource }) => isSource).map(({ queue }) => queue);
  }

  get partitions(): readonly TopicPartition[] {
    return this.queues.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Where reading goes on, after the buffered records. */
  get fetchPositions(): readonly TopicPartitionOffset[] {
    return this.queues.map(({ topic, partition, fetchPosition }) => ({ topic, partition, offset: fetchPosition }));
  }

  /** As of the last commit. */
  get committed(): readonly TopicPartitionOffset[] {
    return this.queues.map(({ topic, partition, committedPosition }) => ({
      topic,
      partition,
      offset: committedPosition,
    }));
  }

  /** True if a block has begun, and has not ended. */
  get isInBlock(): boolean {
    return this.#inputs.some(input => input.isInBlock);
  }

  /** The number of records that wait, with the block that has begun. */
  get buffered(): number {
    let size = this.isInBlock ? 1 : 0;
    for (const { queue } of this.#inputs) size += queue.size;
    return size;
  }

  /** Estimate of the memory of the buffered records. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const { queue } of this.#inputs) bytes += queue.bytes;
    return bytes;
  }

  /** Starts at these offsets, by topic. Drops what was polled before. */
  seek(starts: ReadonlyMap<string, InputStart>): void {
    for (const input of this.#inputs) input.seek(starts.get(input.queue.topic) ?? { offset: -1 });
  }

  /**
   * The positions that have moved since the last call. If none has moved, one of the others: the group fences a member
   * only by its offsets, so a commit without any would succeed although others have the tasks by now.
   */
  takeForCommit(): TopicPartitionOffset[] {
    const moved = this.queues.filter(queue => queue.moved);
    for (const queue of moved) queue.committed();
    const taken = moved.length > 0 ? moved : this.queues.slice(0, 1);
    return taken.map(({ topic, partition, position }) => ({ topic, partition, offset: position }));
  }

  /**
   * The input whose block has begun. If there is none, the input with the oldest head. undefined if there is none.
   * undefined too if one of several source partitions has nothing polled and has not reached its end: there is data on
   * the broker, which may be older (KIP-695). A record later than `latest` goes first, because it is refused.
   */
  next(latest: number): TaskInput | undefined {
    let next: TaskInput | undefined;
    let least = Number.POSITIVE_INFINITY;
    let waiting = false;
    for (const input of this.#inputs) {
      if (input.isInBlock) return input;
      const timestamp = input.headTime(latest);
      if (timestamp === undefined) {
        if (input.isSource && input.queue.end === undefined) waiting = true;
      } else if (next === undefined || timestamp < least) {
        next = input;
        least = timestamp;
      }
    }
    return next?.isSource === true && this.#sources > 1 && waiting ? undefined : next;
  }
}
