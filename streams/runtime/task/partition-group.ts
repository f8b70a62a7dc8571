import type { SourceNode } from '../../dsl/graph/node.js';
import { synchronous } from '../../dsl/options/synchronous.js';
import { recordTimestamp } from '../../dsl/options/timestamp-extractor.js';
import type { ConsumerRecord, TopicPartition, TopicPartitionOffset } from '../../kafka/record.js';
import type { RepartitionInput } from '../compile/processor-graph.js';
import type { RecordQueue } from '../input/record-queue.js';
import type { Processor } from '../processors/processor.js';
import { isTimestamp } from '../time/event-time.js';

/** A partition of a source topic. */
export interface SourceInput {
  readonly kind: 'source';
  readonly queue: RecordQueue;
  readonly node: SourceNode;
  readonly processor: Processor;
  /** The partition time: the highest timestamp extracted so far. */
  time: number;
}

/** A partition of a repartition topic. */
export interface RepartitionedInput {
  readonly kind: 'repartition';
  readonly queue: RecordQueue;
  readonly from: RepartitionInput;
}

/** Where a task begins in a partition. */
export interface InputStart {
  readonly offset: number;
  /** What the group has committed; undefined if it has nothing. */
  readonly committed?: number;
}

export type TaskInput = SourceInput | RepartitionedInput;

/** The input partitions of a task, and which of them is next (Java: `PartitionGroup`). */
export class PartitionGroup {
  readonly #inputs: readonly TaskInput[];
  readonly #sources: number;

  constructor(inputs: readonly TaskInput[]) {
    this.#inputs = inputs;
    this.#sources = inputs.filter(({ kind }) => kind === 'source').length;
  }

  get queues(): readonly RecordQueue[] {
    return this.#inputs.map(({ queue }) => queue);
  }

  get sources(): readonly SourceInput[] {
    return this.#inputs.filter(input => input.kind === 'source');
  }

  get partitions(): readonly TopicPartition[] {
    return this.queues.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Where reading goes on, behind what is buffered. */
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

  get buffered(): number {
    let size = 0;
    for (const { queue } of this.#inputs) size += queue.size;
    return size;
  }

  /** Estimate of the memory that the buffered records take. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const { queue } of this.#inputs) bytes += queue.bytes;
    return bytes;
  }

  /** Starts there, by topic; what was polled before is forgotten. */
  seek(starts: ReadonlyMap<string, InputStart>): void {
    for (const { queue } of this.#inputs) {
      const { offset, committed } = starts.get(queue.topic) ?? { offset: -1 };
      queue.seek(offset, committed);
    }
  }

  /**
   * The positions that moved since they were last taken; if none did, one that did not. The group fences a member by its offsets
   * only: a commit without any would pass though others have the tasks by now.
   */
  takeForCommit(): TopicPartitionOffset[] {
    const moved = this.queues.filter(queue => queue.moved);
    for (const queue of moved) queue.committed();
    const taken = moved.length > 0 ? moved : this.queues.slice(0, 1);
    return taken.map(({ topic, partition, position }) => ({ topic, partition, offset: position }));
  }

  /**
   * The input whose head is the oldest; undefined if there is none, or if one of several source partitions has nothing polled
   * and its end is not met: there is data on the broker, which may be older (KIP-695).
   * What is later than `latest` goes first, because it is refused.
   */
  next(latest: number): TaskInput | undefined {
    let next: TaskInput | undefined;
    let least = Number.POSITIVE_INFINITY;
    let waiting = false;
    for (const input of this.#inputs) {
      const head = input.queue.peek();
      if (head === undefined) {
        if (input.kind === 'source' && input.queue.end === undefined) waiting = true;
        continue;
      }
      // Markers and partial aggregates carry their own time: no need to hold them back for other partitions.
      const timestamp = input.kind === 'repartition' ? Number.NEGATIVE_INFINITY : headTimestamp(input, head, latest);
      if (next === undefined || timestamp < least) {
        next = input;
        least = timestamp;
      }
    }
    return next?.kind === 'source' && this.#sources > 1 && waiting ? undefined : next;
  }
}

/** What has no valid timestamp goes next: the error is met again where it is handled. */
function headTimestamp(input: SourceInput, head: ConsumerRecord, latest: number): number {
  try {
    const timestamp = extracted(input, head);
    return isTimestamp(timestamp, latest) ? timestamp : Number.NEGATIVE_INFINITY;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

function extracted({ node, time }: SourceInput, head: ConsumerRecord): number {
  if (node.timestampExtractor === recordTimestamp) return head.timestamp;
  const value = head.value === null ? null : node.valueSerde.deserialize(head.value);
  return synchronous(node.timestampExtractor(head, value, time), 'the timestamp extractor');
}
