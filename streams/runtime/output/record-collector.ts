import { TextHeader } from '../../kafka/message-headers.js';
import type { Clock, Producer } from '../../kafka/ports.js';
import { type Headers, keptHeaders, MAX_RECORD_BYTES } from '../../kafka/record.js';
import { PartitionCounts } from './partition-counts.js';
import type { Refusals } from './refusals.js';

interface PendingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** Memory of a waiting record beside its bytes: the object and two Buffers (measured with Node 20: 370). */
const KEPT_OVERHEAD_BYTES = 370;

export class RecordTooLargeError extends Error {
  constructor(topic: string, bytes: number) {
    super(`record for ${topic} has ${bytes} bytes, more than ${MAX_RECORD_BYTES}`);
    this.name = 'RecordTooLargeError';
  }
}

/** Bytes of key, value and headers. */
export function recordBytes(key: Buffer | null, value: Buffer | null, headers: Headers): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  // Most records have none. An iterator for each would be a tenth of the garbage.
  if (headers.length === 0) return bytes;
  for (const header of headers) {
    const valueBytes = header instanceof TextHeader ? header.text.length : (header.value?.length ?? 0);
    bytes += header.key.length + valueBytes;
  }
  return bytes;
}

/** The producer's partitioner chooses by the key. */
export const ANY_PARTITION = -1;

/**
 * Takes the records of the tasks, in order. Records wait here while no transaction is open (the previous one commits),
 * and while the client's queue is full. So processing need not wait for either.
 */
export class RecordCollector {
  /** Of the topics whose partitions are chosen by a function. */
  readonly partitionCounts: PartitionCounts;
  readonly #producer: Producer;
  readonly #refusals: Refusals;
  #open = false;
  #pending: PendingRecord[] = [];
  #pendingBytes = 0;
  #sent = 0;
  /** The delivery in progress of a record that must be delivered before the next one is sent. */
  #delivery: Promise<void> | undefined;
  #failure: unknown;

  constructor(producer: Producer, refusals: Refusals, clock: Pick<Clock, 'monotonic'>) {
    this.partitionCounts = new PartitionCounts(producer, clock);
    this.#producer = producer;
    this.#refusals = refusals;
  }

  /** Records sent or waiting since the previous transaction was closed. */
  get sent(): number {
    return this.#sent;
  }

  /** Records that wait for a transaction, or for room in the client's queue. */
  get keptBack(): number {
    return this.#pending.length;
  }

  /** Estimate of the memory of these records. */
  get keptBackBytes(): number {
    return this.#pendingBytes;
  }

  /** True if some records must be delivered one by one. */
  get isolates(): boolean {
    return this.#refusals.isolates;
  }

  /** Records of the topic are packed into blocks, unless they must be sent alone. */
  packs(topic: string): void {
    this.#refusals.packs(topic);
  }

  /** True if each record of the topic must be sent alone, because the cluster has refused some. */
  mustUnpack(topic: string): boolean {
    return this.#refusals.mustUnpack(topic);
  }

  /**
   * Throws a RecordTooLargeError or a RecordRefusedError before the record is sent. If the broker refused it, the
   * transaction would be aborted again.
   */
  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const bytes = recordBytes(key, value, headers);
    if (bytes > MAX_RECORD_BYTES) throw new RecordTooLargeError(topic, bytes);
    if (this.#refusals.any) this.#refusals.check(topic, key, value);
    this.#sent++;
    if (this.#open && this.#pending.length === 0 && !this.#refusals.isIsolated(topic)) {
      if (this.#producer.send(topic, partition, key, value, timestamp, headers)) return;
    }
    this.#pending.push({ topic, partition, key, value, timestamp, headers: keptHeaders(headers) });
    this.#pendingBytes += KEPT_OVERHEAD_BYTES + bytes;
  }

  /**
   * A transaction is open. Waiting records are sent first. `drain` throws their errors, which belong to this
   * transaction.
   */
  open(): void {
    this.#open = true;
    try {
      this.drain();
    } catch (error) {
      this.#failure = error;
    }
  }

  /**
   * Sends waiting records while the client has room. Returns true if no record waits, and no delivery is awaited.
   * Throws the error of a delivery.
   */
  drain(): boolean {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    if (!this.#open) return this.#pending.length === 0;
    let taken = 0;
    for (const { topic, partition, key, value, timestamp, headers } of this.#pending) {
      if (this.#delivery !== undefined) break;
      if (!this.#producer.send(topic, partition, key, value, timestamp, headers)) break;
      this.#pendingBytes -= KEPT_OVERHEAD_BYTES + recordBytes(key, value, headers);
      taken++;
      if (this.#refusals.isIsolated(topic)) this.#deliver();
    }
    if (taken > 0) this.#pending = this.#pending.slice(taken);
    return this.#pending.length === 0 && this.#delivery === undefined;
  }

  #deliver(): void {
    const delivery = this.#producer.flush();
    this.#delivery = delivery;
    const ended = (failure?: unknown): void => {
      // Its transaction may have ended.
      if (this.#delivery !== delivery) return;
      this.#delivery = undefined;
      this.#failure = failure;
    };
    delivery.then(() => ended(), ended);
  }

  /** The transaction ends. Records that are sent from now on belong to the next one. */
  close(): void {
    if (this.#pending.length > 0) throw new Error('records of the transaction were kept back and are not sent');
    this.#open = false;
    this.#sent = 0;
  }

  /** Waits for the delivery in progress, and ignores its outcome. */
  async delivered(): Promise<void> {
    await this.#delivery?.catch(() => {});
  }

  /** Drops the waiting records: the transaction is aborted. */
  discard(): void {
    this.#open = false;
    this.#delivery = undefined;
    this.#failure = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#sent = 0;
  }
}
