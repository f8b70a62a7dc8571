import { setImmediate as immediate } from 'node:timers/promises';
import type { KafkaConsumer, Message } from 'node-rdkafka';
import type { Logger } from './logger.js';
import { fromMessageHeaders } from './message-headers.js';
import { KafkaClientError, type PolledBatch, type UnreadableBatch } from './ports.js';
import { consumeWithin } from './rdkafka-consume.js';
import { called } from './rdkafka-error.js';
import {
  type ConsumerRecord,
  type Headers,
  NO_HEADERS,
  type TopicPartition,
  type TopicPartitionOffset,
} from './record.js';
import type { RecordSource } from './record-source.js';
import { UnreadableBatches } from './unreadable-batches.js';

const OFFSET_BEGINNING = -2;
const NOT_IMPLEMENTED = -170;
/** After this number of turns of the event loop, the client's log lines have arrived. */
const LOG_TURNS = 3;

/** Records that librdkafka fetches. */
export class LibrdkafkaSource implements RecordSource {
  readonly #client: KafkaConsumer;
  readonly #logger: Logger;
  readonly #pollTimeoutMs: number;
  readonly #unreadable = new UnreadableBatches();
  #ends: TopicPartitionOffset[] = [];
  /** The client keeps partitions paused through assignments. */
  #paused: TopicPartition[] = [];

  constructor(client: KafkaConsumer, logger: Logger, pollTimeoutMs: number) {
    this.#client = client;
    this.#logger = logger;
    this.#pollTimeoutMs = pollTimeoutMs;
    client.on('partition.eof', end => this.#ends.push(end));
    client.on('event.log', ({ message }: { message: string }) => this.#unreadable.onLog(message));
  }

  get unreadable(): readonly UnreadableBatch[] {
    return this.#unreadable.all;
  }

  reset(): void {
    this.#unreadable.clear();
    this.resume(this.#paused);
  }

  clientStart({ topic, partition, offset }: TopicPartitionOffset): TopicPartitionOffset {
    return { topic, partition, offset: offset < 0 ? OFFSET_BEGINNING : offset };
  }

  assigned(): void {}

  added(): void {}

  removed(): void {}

  pause(partitions: readonly TopicPartition[]): void {
    const pausing = partitions.map(({ topic, partition }) => ({ topic, partition }));
    called('pause', () => this.#client.pause(pausing));
    this.#paused.push(...pausing);
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return;
    const resuming = partitions.map(({ topic, partition }) => ({ topic, partition }));
    called('resume', () => this.#client.resume(resuming));
    this.#paused = this.#paused.filter(
      paused => !resuming.some(({ topic, partition }) => topic === paused.topic && partition === paused.partition),
    );
  }

  /**
   * Returns the available records, or waits for the next one. The client's own wait starts again with each record:
   * where records arrive slowly, it would continue until there are `maxRecords`.
   */
  async poll(maxRecords: number): Promise<PolledBatch> {
    const ready = await this.#consumeWithin(0, maxRecords);
    const isEmpty = ready.length === 0 && this.#ends.length === 0;
    const messages = isEmpty ? await this.#consumeWithin(this.#pollTimeoutMs, 1) : ready;
    // The client reports the ends that it reached in this call before it returns the messages.
    const met = this.#ends;
    this.#ends = [];
    const records = messages.map(toRecord);
    const ends = met.filter(
      end => !records.some(r => r.topic === end.topic && r.partition === end.partition && r.offset >= end.offset),
    );
    return { records, ends };
  }

  async close(): Promise<void> {}

  async #consumeWithin(timeoutMs: number, maxRecords: number): Promise<Message[]> {
    try {
      return await consumeWithin(this.#client, timeoutMs, maxRecords);
    } catch (error) {
      const isUnreadable = error instanceof KafkaClientError && error.code === NOT_IMPLEMENTED;
      if (isUnreadable && (await this.#leaveUnreadable())) return [];
      throw error;
    }
  }

  /**
   * The client fetches a batch that it can't decompress again and again, and each time a poll fails, with the ends of
   * other partitions. So the partition is paused. Returns false if the log does not name it.
   */
  async #leaveUnreadable(): Promise<boolean> {
    for (let turn = 0; turn < LOG_TURNS && !this.#unreadable.hasMet; turn++) await immediate();
    const met = this.#unreadable.takeMet();
    for (const { reason } of met) this.#logger.error(reason);
    if (met.length > 0) this.pause(met);
    return met.length > 0;
  }
}

/** The client's message is the record, except for its headers: copies would be most of the garbage. */
function toRecord(message: Message): ConsumerRecord {
  const { headers } = message;
  const record: object = message;
  (record as { headers: Headers }).headers = headers === undefined ? NO_HEADERS : fromMessageHeaders(headers);
  return record as ConsumerRecord;
}
