import { setTimeout as delay } from 'node:timers/promises';
import kafka, { type Producer as Client, type KafkaConsumer } from 'node-rdkafka';
import { type ClusterConfig, producerConfig, type StatisticsListener, statisticsConfig } from './client-config.js';
import { clientWarnings } from './client-warnings.js';
import { DeliveryFailures } from './delivery-failures.js';
import type { Logger } from './logger.js';
import { toMessageHeaders } from './message-headers.js';
import { partitionOffsets } from './partition-offsets.js';
import type { Consumer, PartitionOffsets, Producer, ProducerOptions, RefusedRecord } from './ports.js';
import { clientError, isQueueFull, promised, redacted } from './rdkafka-error.js';
import { type Headers, MAX_RECORD_BYTES, type TopicPartition, type TopicPartitionOffset } from './record.js';
import { type Redaction, redactionOf } from './redaction.js';

const CALL_TIMEOUT_MS = 30_000;
const OFFSETS_TIMEOUT_MS = 5000;
const POLL_INTERVAL_MS = 100;
const METADATA_TIMEOUT_MS = 5000;
/** Far less than the time-out of a transaction: one may be open meanwhile. */
const TOPIC_APPEARS_WITHIN_MS = 2000;
const TOPIC_CHECK_MS = 50;
const TRANSACTION_TIMEOUT_MS = 60_000;
/** The bytes that the client counts beside key, value and headers. */
const RECORD_OVERHEAD_BYTES = 500;

/** librdkafka takes a timestamp of 0 as unset, and replaces it by the wall clock. */
const EARLIEST_TIMESTAMP = 1;

/** node-rdkafka takes a buffer without memory of its own, such as `Buffer.alloc(0)`, as null, which is a tombstone. */
const EMPTY = Buffer.alloc(1).subarray(0, 0);

/** The producer port on node-rdkafka. Its transactions need the consumer's client for the group metadata. */
export class RdKafkaProducer implements Producer {
  readonly #client: Client;
  readonly #groupClient: (consumer: Consumer) => KafkaConsumer;
  readonly #redact: Redaction;
  readonly #failures = new DeliveryFailures();
  readonly #warn: (message: string) => void;

  constructor(
    cluster: ClusterConfig,
    options: ProducerOptions,
    logger: Logger,
    groupClient: (c: Consumer) => KafkaConsumer,
    onStatistics?: StatisticsListener,
  ) {
    this.#groupClient = groupClient;
    this.#redact = redactionOf(cluster);
    const { client, topic } = producerConfig(cluster, {
      'client.id': options.clientId,
      'enable.idempotence': options.idempotent ?? true,
      'compression.codec': 'lz4',
      // A commit does not wait for it: a flush sends what lingers. With 5 the broker takes a third more processor time.
      'linger.ms': 25,
      'message.max.bytes': MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES,
      'queue.buffering.max.messages': 200_000,
      'queue.buffering.max.kbytes': 32_768,
      'delivery.report.only.error': true,
      dr_msg_cb: true,
      // A record for a topic that does not exist fails after this time, before a commit times out.
      'topic.metadata.propagation.max.ms': 10_000,
      'retry.backoff.ms': 20,
      // For its partition offsets. With the client's default they would leave out what is after an open transaction.
      'isolation.level': 'read_uncommitted',
      ...statisticsConfig(onStatistics),
      ...(options.transactionalId === undefined
        ? {}
        : {
            'transactional.id': options.transactionalId,
            'transaction.timeout.ms': options.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS,
          }),
    });
    this.#client = new kafka.Producer(client, topic);
    if (onStatistics !== undefined) this.#client.on('event.stats', ({ message }) => onStatistics(message));
    this.#client.on('delivery-report', (error, { topic, key, value }) => {
      if (error) this.#failures.add(error.message, { topic, key: bytesOf(key), value: bytesOf(value) });
    });
    this.#warn = clientWarnings(`producer ${options.clientId}`, logger);
    this.#client.on('event.error', ({ message }) => this.#warn(message));
  }

  async connect(): Promise<void> {
    const connecting = promised('connect', done => this.#client.connect({ timeout: CALL_TIMEOUT_MS }, done));
    await redacted(this.#redact, connecting);
    this.#client.setPollInterval(POLL_INTERVAL_MS);
  }

  initTransactions(): Promise<void> {
    return promised('initTransactions', done => this.#client.initTransactions(CALL_TIMEOUT_MS, done));
  }

  beginTransaction(): Promise<void> {
    return promised('beginTransaction', done => this.#client.beginTransaction(done));
  }

  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean {
    try {
      const target = partition < 0 ? null : partition;
      const bytes = written(value);
      const time = Math.max(EARLIEST_TIMESTAMP, timestamp);
      if (headers.length === 0) this.#client.produce(topic, target, bytes, written(key), time);
      else this.#produceWithHeaders(topic, target, written(key), bytes, time, headers);
      return true;
    } catch (thrown) {
      if (isQueueFull(thrown)) return false;
      const error = clientError('produce', thrown);
      if (thrown instanceof Error) this.#failures.add(thrown.message, { topic, key, value });
      throw error;
    }
  }

  #produceWithHeaders(
    topic: string,
    partition: number | null,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const written = toMessageHeaders(headers);
    if (written.length > headers.length)
      this.#warn(`headers for ${topic} that are no UTF-8 text are written as base64`);
    this.#client.produce(topic, partition, value, key, timestamp, undefined, written);
  }

  sendOffsetsToTransaction(offsets: readonly TopicPartitionOffset[], consumer: Consumer): Promise<void> {
    const list = offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    return promised('sendOffsetsToTransaction', done =>
      this.#client.sendOffsetsToTransaction(list, this.#groupClient(consumer), CALL_TIMEOUT_MS, done),
    );
  }

  async commitTransaction(): Promise<void> {
    try {
      await promised('commitTransaction', done => this.#client.commitTransaction(CALL_TIMEOUT_MS, done));
    } catch (error) {
      await this.#failures.settled();
      throw error;
    }
  }

  async abortTransaction(): Promise<void> {
    await promised('abortTransaction', done => this.#client.abortTransaction(CALL_TIMEOUT_MS, done));
    await this.#failures.settled();
    this.#failures.forget();
  }

  async flush(): Promise<void> {
    await promised('flush', done => this.#client.flush(CALL_TIMEOUT_MS, done));
    await this.#failures.settled();
    this.#failures.check();
  }

  takeRefused(): readonly RefusedRecord[] {
    return this.#failures.takeRefused();
  }

  /** A topic that the broker creates for this request is there after a moment. */
  async partitionCount(topic: string): Promise<number> {
    const until = performance.now() + TOPIC_APPEARS_WITHIN_MS;
    for (;;) {
      const { topics } = await promised<kafka.Metadata>(`metadata of ${topic}`, done =>
        this.#client.getMetadata({ topic, timeout: METADATA_TIMEOUT_MS }, done),
      );
      const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
      if (count > 0 || performance.now() >= until) return count;
      await delay(TOPIC_CHECK_MS);
    }
  }

  partitionOffsets(partition: TopicPartition): Promise<PartitionOffsets> {
    return partitionOffsets(this.#client, partition, OFFSETS_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    await promised('disconnect', done => this.#client.disconnect(done));
  }
}

function bytesOf(part: string | Buffer | null | undefined): Buffer | null {
  return typeof part === 'string' ? Buffer.from(part) : (part ?? null);
}

function written(bytes: Buffer | null): Buffer | null {
  return bytes?.length === 0 ? EMPTY : bytes;
}
