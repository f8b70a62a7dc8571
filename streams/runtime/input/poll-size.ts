import type { ConsumerRecord } from '../../kafka/record.js';
import { bufferedBytes } from './record-queue.js';

/**
 * The number of records of a poll, chosen so that they take at most a number of bytes. The client bounds only what it
 * fetches ahead, before decompression: one poll may return 1000 records of 1 MB. The estimate for the next records is
 * the size of the last ones.
 */
export class PollSize {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  #records: number;

  constructor(maxRecords: number, maxBytes: number) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
    this.#records = maxRecords;
  }

  get records(): number {
    return this.#records;
  }

  polled(records: readonly ConsumerRecord[]): void {
    if (records.length === 0) return;
    let bytes = 0;
    for (const record of records) bytes += bufferedBytes(record);
    const fitting = Math.floor((this.#maxBytes * records.length) / bytes);
    this.#records = Math.max(1, Math.min(this.#maxRecords, fitting));
  }
}
