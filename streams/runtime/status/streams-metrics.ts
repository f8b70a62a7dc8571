/** What a worker tells of its work as it does it. Durations are milliseconds. Calls come for each batch or commit, never for each record. */
export interface StreamsMetrics {
  polled(records: number): void;
  /** A slice of records of one task went through its processors. */
  processed(records: number, ms: number): void;
  /** From the record boundary to the end of the transaction. */
  committed(ms: number): void;
  aborted(): void;
  rebalanced(): void;
  taskCreated(): void;
  taskClosed(): void;
  /** The newest record of a commit can be read by others; `ms` after its timestamp. One sample a task and commit with records. */
  visible(task: string, ms: number): void;
  /** Committed entries of a task went to disk. */
  flushed(task: string, entries: number, ms: number): void;
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
  flushed(): void {},
  restored(): void {},
});
