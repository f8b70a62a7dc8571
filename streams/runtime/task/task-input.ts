import type { ConsumerRecord } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';

/** Where a task starts in a partition. */
export interface InputStart {
  readonly offset: number;
  /** The committed offset of the group. undefined if there is none. */
  readonly committed?: number;
}

/**
 * A partition that a task reads. A record is decoded, and its timestamp extracted, once: when it is the oldest record
 * of the partition. A block of a repartition topic is read entry by entry, as if each were a record.
 */
export interface TaskInput {
  readonly queue: RecordQueue;
  /** False for a repartition topic. */
  readonly isSource: boolean;
  /**
   * The event time by which the oldest record takes its turn. -Infinity: it goes at once. undefined if there is no
   * record.
   */
  headTime(latest: number): number | undefined;
  /** True if a block has begun: some of its entries were passed on, and others are next. The queue has it no more. */
  readonly isInBlock: boolean;
  /** The record that is next: the block that has begun, or the oldest record. undefined if there is none. */
  readonly head: ConsumerRecord | undefined;
  /**
   * Passes the head, or its next entry, to the processors. Returns its timestamp; NEVER if it has none or was not
   * passed on.
   */
  deliver(): number;
  /** For errors: the record that was passed on last. `head` is the record of the topic that it came from. */
  delivered(head: ConsumerRecord): ConsumerRecord;
  /** Starts at this offset. Drops what was polled before. */
  seek(start: InputStart): void;
}
