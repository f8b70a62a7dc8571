import type { ConsumerRecord } from '../../kafka/record.js';
import { recordBytes } from '../output/record-collector.js';

/**
 * Memory of a polled record beside its bytes. It is that of node-rdkafka's message, an object and two Buffers with memory
 * of their own (measured: 480). A record of the own fetcher takes less.
 */
export const MESSAGE_BYTES = 500;

/** Slots of taken records are removed when there are this many more of them than of records. */
const MAX_TAKEN = 1000;

/** Estimate of the memory of a polled record. */
export function bufferedBytes(record: ConsumerRecord): number {
  const { size, headers } = record;
  if (size === undefined) return MESSAGE_BYTES + recordBytes(record.key, record.value, headers);
  return MESSAGE_BYTES + size + recordBytes(null, null, headers);
}

/** The polled records of one input partition that are not processed, and the position of the task. */
export class RecordQueue {
  readonly topic: string;
  readonly partition: number;
  /** Slots before the head are of taken records, and empty. */
  #records: (ConsumerRecord | undefined)[] = [];
  /** The memory of each of these records. */
  #sizes: number[] = [];
  #head = 0;
  #begin: number | undefined;
  #position = -1;
  #committed = -1;
  #end: number | undefined;
  #bytes = 0;
  #paused = false;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get size(): number {
    return this.#records.length - this.#head;
  }

  /** Estimate of the memory of the records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The partition is paused: nothing is fetched. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Offset of the next record to process; -1 before `seek`. */
  get position(): number {
    return this.#position;
  }

  /** The position as of the last commit; -1 before `seek`. */
  get committedPosition(): number {
    return this.#committed;
  }

  /** Offset at which the application began to read the partition; -1 before it is known. */
  get begin(): number {
    return this.#begin ?? -1;
  }

  /** The offset that the checkpoint has. If there is none, the first `seek` sets it. */
  beginAt(offset: number | undefined): void {
    this.#begin = offset;
  }

  /** Offset after all records that were added: reading goes on there. */
  get fetchPosition(): number {
    const last = this.#records.at(-1);
    return last === undefined ? this.#position : last.offset + 1;
  }

  /** True if the position moved since it was last committed. */
  get moved(): boolean {
    return this.#position !== this.#committed;
  }

  /**
   * The end of the partition, an offset after all records and transaction markers. undefined if records have arrived
   * since it was reached.
   */
  get end(): number | undefined {
    return this.#end;
  }

  add(record: ConsumerRecord): void {
    const bytes = bufferedBytes(record);
    this.#records.push(record);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    this.#end = undefined;
  }

  /** The partition ends after the records that were added. */
  endAt(offset: number): void {
    if (!this.#paused) this.#end = offset;
  }

  /** More records may arrive that are not fetched. The end is unknown until the partition is resumed. */
  pause(): void {
    this.#paused = true;
    this.#end = undefined;
  }

  resume(): void {
    this.#paused = false;
  }

  peek(): ConsumerRecord | undefined {
    return this.#records[this.#head];
  }

  /** Takes the head. The position is after it from now on. */
  take(): ConsumerRecord | undefined {
    const record = this.#records[this.#head];
    if (record === undefined) return undefined;
    this.#records[this.#head] = undefined;
    this.#bytes -= this.#sizes[this.#head] ?? 0;
    this.#head++;
    this.#position = record.offset + 1;
    // The queue of a partition that is ahead of others may never be empty.
    if (this.#head === this.#records.length || this.#head >= MAX_TAKEN + this.size) {
      this.#records = this.#records.slice(this.#head);
      this.#sizes = this.#sizes.slice(this.#head);
      this.#head = 0;
    }
    return record;
  }

  /** All records are processed. The position may move past transaction markers too. */
  skipMarkers(): void {
    if (this.size === 0 && this.#end !== undefined && this.#end > this.#position) this.#position = this.#end;
  }

  /** The position is committed with the transaction that ends now. */
  committed(): void {
    this.#committed = this.#position;
  }

  /** Starts again from `offset`. `committed` is the group's committed offset. */
  seek(offset: number, committed = offset): void {
    this.#records = [];
    this.#sizes = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#end = undefined;
    this.#position = offset;
    this.#committed = committed;
    this.#begin ??= offset;
  }
}
