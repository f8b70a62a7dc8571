import type { RecordSink } from '../../producer/record-sink.js';

export interface SentRecord {
  readonly key: string | null;
  readonly value: string;
  readonly timestamp: number;
}

/** Holds what is sent; it is full after each `capacity` records, until `drained` is awaited. */
export class MemorySink implements RecordSink {
  readonly records: SentRecord[] = [];
  /** How often it was waited for. */
  drains = 0;
  flushes = 0;
  onSend: (() => void) | undefined;
  readonly #capacity: number;
  readonly #failing: number;
  #waiting = 0;

  /** @param failing how many of the records fail in the end */
  constructor(capacity = Number.POSITIVE_INFINITY, failing = 0) {
    this.#capacity = capacity;
    this.#failing = failing;
  }

  send(key: string | null, value: Buffer, timestamp: number): boolean {
    if (this.#waiting >= this.#capacity) return false;
    this.#waiting += 1;
    this.records.push({ key, value: value.toString(), timestamp });
    this.onSend?.();
    return true;
  }

  async drained(): Promise<void> {
    this.drains += 1;
    this.#waiting = 0;
  }

  async flush(): Promise<void> {
    this.flushes += 1;
  }

  get delivery() {
    const failed = this.flushes > 0 ? this.#failing : 0;
    const delivered = this.flushes > 0 ? this.records.length - failed : 0;
    return { delivered, failed, firstError: failed > 0 ? 'refused' : undefined };
  }
}
