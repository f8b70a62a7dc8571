import assert from 'node:assert/strict';
import { Fetcher } from '../../../streams/kafka/fetch/fetcher.js';
import type { PolledBatch } from '../../../streams/kafka/ports.js';
import type { ConsumerRecord, TopicPartitionOffset } from '../../../streams/kafka/record.js';
import { TopicIds } from '../../../streams/kafka/topic-ids.js';
import { encodeBatch, plainRecords } from './batches.js';
import { FakeCluster } from './fake-cluster.js';

export const TOPIC = 'topic';
export const TIMEOUT_MS = 20;

export const from = (offset: number, partition = 0): TopicPartitionOffset => ({ topic: TOPIC, partition, offset });
export const ended = ({ ends }: PolledBatch): boolean => ends.length > 0;

interface FetcherOptions {
  readonly requestTimeoutMs?: number;
  readonly bootstrap?: FakeCluster['addresses'];
}

/** A fetcher of a cluster of two brokers, with one topic of three partitions. */
export class FetcherUnderTest {
  readonly cluster: FakeCluster;
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  readonly ids = new TopicIds();
  #fetcher: Fetcher;

  private constructor(cluster: FakeCluster) {
    this.cluster = cluster;
    this.#fetcher = this.#create();
  }

  static async start(): Promise<FetcherUnderTest> {
    const cluster = await FakeCluster.start(2);
    cluster.addTopic(TOPIC, 3);
    return new FetcherUnderTest(cluster);
  }

  get fetcher(): Fetcher {
    return this.#fetcher;
  }

  /** Puts another fetcher in its place. */
  async replace(options: FetcherOptions): Promise<void> {
    await this.#fetcher.close();
    this.#fetcher = this.#create(options);
  }

  async stop(): Promise<void> {
    await this.#fetcher.close();
    await this.cluster.stop();
  }

  write(partition: number, baseOffset: number, ...values: readonly string[]): void {
    const batch = encodeBatch({ baseOffset, records: plainRecords(...values), compression: 'lz4' });
    this.cluster.partition(TOPIC, partition).batches.push(batch);
  }

  /** Polls until `isDone`. The test times out if that never happens. */
  async poll(isDone: (all: PolledBatch) => boolean, maxRecords = 100) {
    const records: ConsumerRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    do {
      const batch = await this.#fetcher.poll(maxRecords, TIMEOUT_MS);
      assert.ok(batch.records.length <= maxRecords);
      records.push(...batch.records);
      ends.push(...batch.ends);
    } while (!isDone({ records, ends }));
    return { records, ends, values: records.map(({ value }) => String(value)) };
  }

  #create({ requestTimeoutMs = 5000, bootstrap = this.cluster.addresses }: FetcherOptions = {}): Fetcher {
    return new Fetcher(
      {
        bootstrap,
        connection: { clientId: 'test', tls: undefined, connectTimeoutMs: 1000, requestTimeoutMs },
        sasl: undefined,
        maxWaitMs: 10,
        minBytes: 1,
        backoffMs: 5,
        maxBackoffMs: 20,
      },
      {
        offsets: async ({ topic, partition }) => ({ low: this.cluster.partition(topic, partition).low, high: 0 }),
        onTopicId: (topic, id) => this.ids.met(topic, id),
        warn: message => void this.warnings.push(message),
        error: message => void this.errors.push(message),
      },
    );
  }
}
