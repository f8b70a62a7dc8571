import type { RecordQueue } from '../input/record-queue.js';

/** Where a task starts in a partition. */
export interface InputStart {
  readonly offset: number;
  /** The committed offset of the group. undefined if there is none. */
  readonly committed?: number;
}

/**
 * A partition that a task reads. A record is decoded, and its timestamp extracted, once: when it is the oldest record
 * of the partition.
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
  /** Passes the oldest record to the processors. Returns its timestamp; NEVER if it has none or was not passed on. */
  deliver(): number;
  /** Starts at this offset. Drops what was polled before. */
  seek(start: InputStart): void;
}
