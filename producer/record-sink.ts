/** The outcome of the records that a sink took. Records that are neither delivered nor failed are still in flight. */
export interface Delivery {
  readonly delivered: number;
  readonly failed: number;
  /** The reason of the first failure. */
  readonly firstError: string | undefined;
}

/** The destination of produced records. */
export interface RecordSink {
  /** Takes the record. Returns false, and takes nothing, while the sink is full. */
  send(key: string | null, value: Buffer, timestamp: number): boolean;
  /** Resolves when a full sink has room again, or `signal` was aborted. */
  drained(signal?: AbortSignal): Promise<void>;
  /** Resolves when each sent record is delivered or has failed, or soon after `signal` was aborted. */
  flush(signal?: AbortSignal): Promise<void>;
  readonly delivery: Delivery;
}
