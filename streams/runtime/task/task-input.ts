import type { RecordQueue } from '../input/record-queue.js';

/** Where a task begins in a partition. */
export interface InputStart {
  readonly offset: number;
  /** What the group has committed; undefined if it has nothing. */
  readonly committed?: number;
}

/** A partition that a task reads. A record is decoded, and its timestamp asked for, once: when it is the oldest of the partition. */
export interface TaskInput {
  readonly queue: RecordQueue;
  /** False for a repartition topic. */
  readonly isSource: boolean;
  /** When it is the turn of the oldest record, in event time: -Infinity for what goes at once. undefined if there is none. */
  headTime(latest: number): number | undefined;
  /** Takes the oldest record and hands it to the processors. Its timestamp; NEVER if it has none or goes no further. */
  deliver(): number;
  /** Starts there; what was polled before is forgotten. */
  seek(start: InputStart): void;
}
