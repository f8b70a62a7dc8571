import type { ConsumerRecord, TopicPartitionOffset } from '../record.js';
import type { FetchedPartition } from './fetch-request.js';
import type { PartitionLeader } from './metadata-request.js';
import { offsetAfter, PartitionResponse } from './partition-response.js';
import { CorruptBatchError, RecordBatch } from './record-batch.js';

/** What of a partition is fetched ahead, before decompression, until more is requested. */
const AHEAD_BYTES = 256 * 1024;

/** A partition that has a smaller part of a response gets a copy of it. */
const MAX_SHARES = 4;

/** A request for this partition. A response to an earlier one is dropped. */
export interface PartitionRequest {
  readonly assigned: AssignedPartition;
  readonly offset: number;
  readonly epoch: number;
}

/** One partition that a consumer reads: its position, and what was fetched ahead. */
export class AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record. undefined: it must be looked up. */
  #position: number | undefined;
  #fetchOffset = 0;
  #responses: PartitionResponse[] = [];
  /** The last stable offset of the last response. */
  #end: number | undefined;
  #reportedEnd: number | undefined;
  #isPaused = false;
  /** Nothing is requested before all that was fetched ahead is taken. */
  #isCatchingUp = false;
  /** Counts what makes responses to earlier requests useless. */
  #epoch = 0;
  /** undefined: it must be looked up. */
  leader: PartitionLeader | undefined;
  /** Not to be fetched before this time, after an error. */
  notBefore = 0;
  /** Failures in a row at the same batch. */
  failures = 0;
  /** When it last had records: partitions that had none go first. */
  servedAt = 0;

  /** `offset`: negative for the oldest record. */
  constructor({ topic, partition, offset }: TopicPartitionOffset) {
    this.topic = topic;
    this.partition = partition;
    if (offset >= 0) this.seek(offset);
  }

  get position(): number | undefined {
    return this.#position;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Bytes of responses that are not decoded yet. */
  get bytes(): number {
    let bytes = 0;
    for (const response of this.#responses) bytes += response.bytes;
    return bytes;
  }

  /** True if so much is fetched ahead that no more is requested. */
  get isAhead(): boolean {
    return this.#isCatchingUp || this.bytes >= AHEAD_BYTES;
  }

  /** True if the request was not for the position, because records before it are not taken. */
  isAheadOf({ offset }: PartitionRequest): boolean {
    return offset !== this.#position;
  }

  /** What was fetched ahead is taken, then the position is requested. */
  catchUp(): void {
    this.#isCatchingUp = this.#responses.length > 0;
    if (!this.#isCatchingUp) this.#fetchOffset = this.#position ?? 0;
  }

  /** True if `take` may have something. */
  get hasNews(): boolean {
    return !this.#isPaused && (this.#responses.length > 0 || this.#isAtUnreportedEnd);
  }

  get request(): PartitionRequest {
    return { assigned: this, offset: this.#fetchOffset, epoch: this.#epoch };
  }

  seek(offset: number): void {
    this.#position = offset;
    this.#forget();
  }

  /** The position must be looked up again. */
  lose(): void {
    this.#position = undefined;
    this.#forget();
  }

  /** Drops what was fetched ahead. */
  pause(): void {
    this.#isPaused = true;
    this.#forget();
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** True if the response is of the last request. */
  awaits({ epoch }: PartitionRequest): boolean {
    return epoch === this.#epoch;
  }

  /** Takes a response without an error. Throws a CorruptBatchError if it has no whole batch. */
  add({ offset }: PartitionRequest, { records, aborted, lastStableOffset }: FetchedPartition): void {
    this.#end = lastStableOffset;
    if (records.length === 0) return;
    const after = offsetAfter(records);
    if (after === undefined && RecordBatch.at(records, 0) === undefined) {
      throw new CorruptBatchError(offset, 'the broker has sent only a part of it');
    }
    // A view would keep the bytes of all partitions of the response.
    const isSmall = MAX_SHARES * records.length < records.buffer.byteLength;
    const own = isSmall ? Buffer.allocUnsafeSlow(records.length) : records;
    if (isSmall) records.copy(own);
    this.#responses.push(new PartitionResponse(this.topic, this.partition, own, aborted, offset));
    if (after !== undefined && after > this.#fetchOffset) this.#fetchOffset = after;
  }

  /**
   * Appends at most `max` records of the oldest response, and the end if it is reached. Returns false if the response
   * has more.
   *
   * @throws CorruptBatchError, OldFormatError. What was appended before is good. What was fetched ahead is dropped.
   */
  take(max: number, records: ConsumerRecord[], ends: TopicPartitionOffset[]): boolean {
    const [response] = this.#responses;
    if (response !== undefined && !this.#takeOf(response, max, records)) return false;
    if (!this.#isAtUnreportedEnd || this.#position === undefined) return true;
    this.#reportedEnd = this.#position;
    ends.push({ topic: this.topic, partition: this.partition, offset: this.#position });
    return true;
  }

  /** True if the response has no more. */
  #takeOf(response: PartitionResponse, max: number, records: ConsumerRecord[]): boolean {
    const before = records.length;
    let isDone = false;
    try {
      isDone = response.take(max, records);
    } catch (error) {
      this.#position = response.position;
      this.#forget();
      throw error;
    }
    this.#position = response.position;
    if (records.length > before) {
      this.#reportedEnd = undefined;
      this.failures = 0;
    }
    if (isDone) this.#responses.shift();
    if (this.#isCatchingUp) this.catchUp();
    return isDone;
  }

  /** The end is reported once, until it moves. */
  get #isAtUnreportedEnd(): boolean {
    const at = this.#position;
    return (
      this.#responses.length === 0 &&
      this.#end !== undefined &&
      at !== undefined &&
      at >= this.#end &&
      at !== this.#reportedEnd
    );
  }

  #forget(): void {
    this.#epoch++;
    this.#isCatchingUp = false;
    this.#responses = [];
    this.#fetchOffset = this.#position ?? 0;
    this.#end = undefined;
    this.#reportedEnd = undefined;
  }
}
