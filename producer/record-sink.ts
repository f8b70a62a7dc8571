/** What became of the records that a sink took. Those that are neither delivered nor failed are still on their way. */
export interface Delivery {
  readonly delivered: number;
  readonly failed: number;
  /** Why the first of the failed ones failed. */
  readonly firstError: string | undefined;
}

/** Where produced records go. */
export interface RecordSink {
  /** Takes the record; returns false, and takes nothing, while it is full. */
  send(key: string | null, value: Buffer, timestamp: number): boolean;
  /** Resolves when a full sink has room again, or `signal` was aborted. */
  drained(signal?: AbortSignal): Promise<void>;
  /** Resolves when all that was sent is delivered or has failed, or soon after `signal` was aborted. */
  flush(signal?: AbortSignal): Promise<void>;
  readonly delivery: Delivery;
}
