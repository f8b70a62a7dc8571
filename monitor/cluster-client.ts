import {
  type Admin,
  type Consumer,
  KafkaClientError,
  type PartitionOffsets,
  type TopicPartition,
  type TopicPartitionOffset,
} from 'tributary/kafka';

export interface ClusterClientOptions {
  /** The group whose offsets are requested. The client does not join it. */
  readonly consumer: Consumer;
  readonly admin: Admin;
}

/**
 * Sends requests to the brokers. Its calls reject with a KafkaClientError. They may be repeated on the same clients.
 */
export class ClusterClient {
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  #connected = false;
  #asking: Promise<unknown> = Promise.resolve();

  constructor({ consumer, admin }: ClusterClientOptions) {
    this.#consumer = consumer;
    this.#admin = admin;
  }

  async connect(): Promise<void> {
    if (this.#connected) return;
    // First the admin client: if the cluster does not answer, it knows the reason soon.
    await this.#admin.partitionCounts([]);
    await this.#consumer.connect();
    this.#connected = true;
  }

  /** Takes the events of the consumer. Without polls they would accumulate while the brokers are away. */
  async drain(): Promise<void> {
    await ignoringFailure(this.#consumer.poll(1));
  }

  /** Only topics that exist. No topic is created. */
  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return await this.#admin.partitionCounts(topics);
  }

  async partitionOffsets(partition: TopicPartition): Promise<PartitionOffsets> {
    return await this.#consumer.partitionOffsets(partition);
  }

  /** Waits for open transactions. One call at a time. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const asking = this.#consumer.committed(partitions);
    this.#asking = asking.catch(() => {});
    return asking;
  }

  /** Waits for the call in progress. */
  async close(): Promise<void> {
    await this.#asking;
    await ignoringFailure(this.#admin.close());
    if (this.#connected) await ignoringFailure(this.#consumer.close());
  }
}

async function ignoringFailure(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof KafkaClientError)) throw error;
  }
}
