import type { KafkaConsumer } from 'node-rdkafka';
import type { FetchSettings } from './fetch/broker-connections.js';
import type { FetchCounts } from './fetch/fetch-counts.js';
import { Fetcher } from './fetch/fetcher.js';
import type { FetcherHost } from './fetch/fetcher-host.js';
import type { PolledBatch, UnreadableBatch } from './ports.js';
import { consumeWithin } from './rdkafka-consume.js';
import { called } from './rdkafka-error.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';
import type { RecordSource } from './record-source.js';

/** The client must be polled for rebalances, its statistics and its errors. A poll of it costs some 50 us. */
const SERVE_EVERY_MS = 20;
const OFFSET_END = -1;
const NOTHING: PolledBatch = Object.freeze({ records: [], ends: [] });

/**
 * Records that the project's own fetcher reads. The client is the member of the group, with all its partitions paused,
 * so it fetches nothing.
 */
export class FetcherSource implements RecordSource {
  readonly #client: KafkaConsumer;
  readonly #fetcher: Fetcher;
  readonly #pollTimeoutMs: number;
  #servedAt = Number.NEGATIVE_INFINITY;

  constructor(client: KafkaConsumer, settings: FetchSettings, host: FetcherHost, pollTimeoutMs: number) {
    this.#client = client;
    this.#fetcher = new Fetcher(settings, host);
    this.#pollTimeoutMs = pollTimeoutMs;
  }

  /** Rejects if the fetcher can't reach the cluster, or does not speak its protocol. */
  connect(): Promise<void> {
    return this.#fetcher.connect();
  }

  get counts(): FetchCounts {
    return this.#fetcher.counts;
  }

  get unreadable(): readonly UnreadableBatch[] {
    return this.#fetcher.unreadable;
  }

  reset(): void {
    this.#fetcher.resumeAll();
  }

  /** At its end the client fetches nothing before it is paused. */
  clientStart({ topic, partition }: TopicPartitionOffset): TopicPartitionOffset {
    return { topic, partition, offset: OFFSET_END };
  }

  assigned(partitions: readonly TopicPartitionOffset[]): void {
    this.#keepPaused(partitions);
    this.#fetcher.assign(partitions);
  }

  added(partitions: readonly TopicPartitionOffset[]): void {
    this.#keepPaused(partitions);
    this.#fetcher.add(partitions);
  }

  removed(partitions: readonly TopicPartition[]): void {
    this.#fetcher.remove(partitions);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions);
  }

  async poll(maxRecords: number): Promise<PolledBatch> {
    // Until something is assigned, the client's own wait ends as soon as the group has news.
    if (this.#fetcher.isIdle) await consumeWithin(this.#client, this.#pollTimeoutMs, 1);
    if (this.#fetcher.isIdle) return NOTHING;
    const now = performance.now();
    if (now - this.#servedAt >= SERVE_EVERY_MS) {
      this.#servedAt = now;
      await consumeWithin(this.#client, 0, 1);
    }
    return await this.#fetcher.poll(maxRecords, this.#pollTimeoutMs);
  }

  close(): Promise<void> {
    return this.#fetcher.close();
  }

  #keepPaused(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return;
    const pausing = partitions.map(({ topic, partition }) => ({ topic, partition }));
    called('pause', () => this.#client.pause(pausing));
  }
}
