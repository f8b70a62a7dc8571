/**
 * What a worker reports about its work. Durations are milliseconds. Calls come for each batch or commit, never for each
 * record.
 */
export interface StreamsMetrics {
  polled(records: number): void;
  /** Some records of one task have been processed. */
  processed(records: number, ms: number): void;
  /** From the start of the commit, after the steps that wait, to the end of the transaction. */
  committed(ms: number): void;
  aborted(): void;
  rebalanced(): void;
  taskCreated(): void;
  taskClosed(): void;
  /**
   * The results of the newest record of a commit can be read, `ms` after its timestamp. One sample for each task and
   * commit with records.
   */
  visible(task: string, ms: number): void;
  /** Committed entries of a task were written to disk. */
  persisted(task: string, entries: number, ms: number): void;
  /** Changelog records of a store were replayed. */
  restored(task: string, store: string, records: number): void;
}

export const noMetrics: StreamsMetrics = Object.freeze({
  polled(): void {},
  processed(): void {},
  committed(): void {},
  aborted(): void {},
  rebalanced(): void {},
  taskCreated(): void {},
  taskClosed(): void {},
  visible(): void {},
  persisted(): void {},
  restored(): void {},
});
