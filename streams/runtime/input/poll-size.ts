import type { ConsumerRecord } from '../../kafka/record.js';
import { bufferedBytes, MESSAGE_BYTES } from './record-queue.js';

/** A poll of blocks that was sized for small records may take so many times the bytes. */
const MAX_EXCESS = 2;

/**
 * The number of records of a poll, chosen so that they take at most a number of bytes. The client bounds only what it
 * fetches ahead, before decompression: one poll may return 1000 records of 1 MB. The estimate for the next records is
 * the size of the last ones. That may be too low: records of source topics are often small, and blocks of repartition
 * topics large. So there is a limit for polls of blocks.
 */
export class PollSize {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  #records: number;

  /** `blockBytes`: the size of the largest blocks. Absent: there are none. */
  constructor(maxRecords: number, maxBytes: number, blockBytes = 0) {
    const blocks = Math.floor((MAX_EXCESS * maxBytes) / (blockBytes + MESSAGE_BYTES));
    this.#maxRecords = blockBytes === 0 ? maxRecords : Math.max(1, Math.min(maxRecords, blocks));
    this.#maxBytes = maxBytes;
    this.#records = this.#maxRecords;
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
