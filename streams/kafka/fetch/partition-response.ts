import type { ConsumerRecord } from '../record.js';
import { RecordBatch } from './record-batch.js';
import { isAbortMarker, RecordCursor } from './record-cursor.js';

/** A transaction that was aborted, as a response names it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * The batches of one partition in one response. Records are decoded when they are taken, one batch at a time. Control
 * batches and records of aborted transactions are left out (Java: `CompletedFetch`).
 */
export class PartitionResponse {
  readonly #topic: string;
  readonly #partition: number;
  readonly #bytes: Buffer;
  /** Not begun yet, by their first offset. */
  readonly #aborted: AbortedTransaction[];
  /** Producers whose transaction was aborted, until its marker. */
  readonly #aborting = new Set<number>();
  #at = 0;
  #batch: RecordBatch | undefined;
  #cursor: RecordCursor | undefined;
  #position: number;

  /** `position`: records before it are left out. */
  constructor(
    topic: string,
    partition: number,
    bytes: Buffer,
    aborted: readonly AbortedTransaction[],
    position: number,
  ) {
    this.#topic = topic;
    this.#partition = partition;
    this.#bytes = bytes;
    this.#aborted = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
    this.#position = position;
  }

  /** The offset after all that was taken, and after all that was left out before the next record. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that are not decoded yet. */
  get bytes(): number {
    return this.#bytes.length - this.#at;
  }

  /**
   * Appends at most `max` records to `records`. Returns true if there are no more.
   *
   * @throws CorruptBatchError, OldFormatError. What was appended before is good.
   */
  take(max: number, records: ConsumerRecord[]): boolean {
    let left = max;
    while (left > 0) {
      const cursor = this.#cursor ?? this.#nextBatch();
      if (cursor === undefined) return true;
      this.#cursor = cursor;
      const record = cursor.next();
      if (record === undefined) {
        this.#endBatch();
        continue;
      }
      if (record.offset < this.#position) continue;
      records.push(record);
      this.#position = record.offset + 1;
      left--;
    }
    return false;
  }

  #nextBatch(): RecordCursor | undefined {
    for (;;) {
      const batch = RecordBatch.at(this.#bytes, this.#at);
      if (batch === undefined) return undefined;
      this.#batch = batch;
      batch.check();
      if (!this.#isLeftOut(batch)) return new RecordCursor(this.#topic, this.#partition, batch);
      this.#endBatch();
    }
  }

  #isLeftOut(batch: RecordBatch): boolean {
    const { producerId } = batch;
    if (producerId >= 0) {
      for (let next = this.#aborted[0]; next !== undefined; next = this.#aborted[0]) {
        if (next.firstOffset > batch.lastOffset) break;
        this.#aborting.add(next.producerId);
        this.#aborted.shift();
      }
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) this.#aborting.delete(producerId);
      return true;
    }
    if (batch.lastOffset < this.#position) return true;
    return batch.isTransactional && this.#aborting.has(producerId);
  }

  /** Compaction may have removed the last records of a batch: the next offset is after all that it had. */
  #endBatch(): void {
    const batch = this.#batch;
    this.#cursor = undefined;
    this.#batch = undefined;
    if (batch === undefined) return;
    this.#at = batch.end;
    if (batch.lastOffset >= this.#position) this.#position = batch.lastOffset + 1;
  }
}

/** The offset after the last whole batch. undefined if the first one is not whole, or not readable. */
export function offsetAfter(bytes: Buffer): number | undefined {
  let offset: number | undefined;
  try {
    for (let at = 0; ; ) {
      const batch = RecordBatch.at(bytes, at);
      if (batch === undefined) return offset;
      offset = batch.lastOffset + 1;
      at = batch.end;
    }
  } catch {
    // Reported when it is reached.
    return offset;
  }
}
