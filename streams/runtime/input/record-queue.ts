import type { ConsumerRecord } from '../../kafka/record.js';
import { recordBytes } from '../output/record-collector.js';

/** What node-rdkafka's message takes beside its bytes: an object, and two Buffers with memory of their own (measured: 480). */
const MESSAGE_BYTES = 500;

/** The places of records that were taken are removed when there are so many more of them than of records. */
const MAX_TAKEN = 1000;

/** Estimate of the memory that a polled record takes. */
export function bufferedBytes({ key, value, headers }: ConsumerRecord): number {
  return MESSAGE_BYTES + recordBytes(key, value, headers);
}

/** The records of one input partition that were polled and not processed, and how far its task has come. */
export class RecordQueue {
  readonly topic: string;
  readonly partition: number;
  /** Those before the head are taken, and not held. */
  #records: (ConsumerRecord | undefined)[] = [];
  /** Of each of these, what it takes in memory. */
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

  /** Estimate of the memory that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing is fetched of the partition for now. */
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

  /** What is known of it from before; else the first `seek` tells. */
  beginAt(offset: number | undefined): void {
    this.#begin = offset;
  }

  /** Offset behind all that was added: where reading goes on. */
  get fetchPosition(): number {
    const last = this.#records.at(-1);
    return last === undefined ? this.#position : last.offset + 1;
  }

  /** True if the position moved since it was last committed. */
  get moved(): boolean {
    return this.#position !== this.#committed;
  }

  /** The end of the partition, if nothing has come since it was met: an offset behind all records and markers. */
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

  /** Behind all that was added is the end of the partition. */
  endAt(offset: number): void {
    if (!this.#paused) this.#end = offset;
  }

  /** More may come from now on that is not fetched: no end is known until it is resumed. */
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

  /** Takes the head; the position is behind it from now on. */
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

  /** All records are processed: the position may be behind the markers of transactions, too. */
  skipMarkers(): void {
    if (this.size === 0 && this.#end !== undefined && this.#end > this.#position) this.#position = this.#end;
  }

  /** The position is committed with the transaction that ends now. */
  committed(): void {
    this.#committed = this.#position;
  }

  /** Starts again from `offset`; `committed` is the group's. */
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
