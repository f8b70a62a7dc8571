import type { PartitionOffsets, Producer, RefusedRecord } from '../../streams/kafka/ports.js';
import type { Headers, TopicPartitionOffset } from '../../streams/kafka/record.js';

export interface SentRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** A producer that records its calls, and fails and refuses records as a test requests. */
export class FakeProducer implements Producer {
  readonly calls: string[] = [];
  readonly sent: SentRecord[] = [];
  offsets: readonly TopicPartitionOffset[] = [];
  /** Records that its queue still takes. */
  room = Number.POSITIVE_INFINITY;
  #refusal: unknown;
  readonly #failures = new Map<string, unknown[]>();

  /** The next calls of `method` reject with these, one after the other. */
  fail(method: keyof Producer, ...errors: readonly unknown[]): void {
    this.#failures.set(method, [...(this.#failures.get(method) ?? []), ...errors]);
  }

  /** The next record that is sent throws this. */
  refuse(error: unknown): void {
    this.#refusal = error;
  }

  connect(): Promise<void> {
    return this.#call('connect');
  }

  initTransactions(): Promise<void> {
    return this.#call('initTransactions');
  }

  beginTransaction(): Promise<void> {
    return this.#call('beginTransaction');
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
    if (this.room === 0) return false;
    this.room--;
    this.sent.push({ topic, partition, key, value, timestamp, headers });
    this.calls.push('send');
    return true;
  }

  sendOffsetsToTransaction(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.offsets = offsets;
    return this.#call('sendOffsetsToTransaction');
  }

  commitTransaction(): Promise<void> {
    return this.#call('commitTransaction');
  }

  abortTransaction(): Promise<void> {
    return this.#call('abortTransaction');
  }

  flush(): Promise<void> {
    return this.#call('flush');
  }

  takeRefused(): readonly RefusedRecord[] {
    return [];
  }

  async partitionCount(): Promise<number> {
    await this.#call('partitionCount');
    return 1;
  }

  async partitionOffsets(): Promise<PartitionOffsets> {
    await this.#call('partitionOffsets');
    return { low: 0, high: this.sent.length };
  }

  close(): Promise<void> {
    return this.#call('close');
  }

  async #call(method: keyof Producer): Promise<void> {
    this.calls.push(method);
    const failure = this.#failures.get(method)?.shift();
    if (failure !== undefined) throw failure;
  }
}
