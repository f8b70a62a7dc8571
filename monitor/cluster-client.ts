import {
  type Admin,
  type Consumer,
  KafkaClientError,
  type TopicPartition,
  type TopicPartitionOffset,
  type Watermarks,
} from 'tributary/kafka';

export interface ClusterClientOptions {
  /** Of the group whose offsets are asked for. It is not subscribed: the group does not know of it. */
  readonly consumer: Consumer;
  readonly admin: Admin;
}

/** Asks the brokers. Its calls reject with a KafkaClientError; they may be made again on the same clients. */
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
    // First the admin client: when the cluster does not answer it knows the reason, and soon.
    await this.#admin.partitionCounts([]);
    await this.#consumer.connect();
    this.#connected = true;
  }

  /** Takes what the consumer has to say of its own accord: if nobody polled it, that would pile up while the brokers are away. */
  async drain(): Promise<void> {
    await ignoringFailure(this.#consumer.poll(1));
  }

  /** Of those of the topics that exist; none is created. */
  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return await this.#admin.partitionCounts(topics);
  }

  async watermarks(partition: TopicPartition): Promise<Watermarks> {
    return await this.#consumer.watermarks(partition);
  }

  /** Waits for transactions that are open. One call at a time. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const asking = this.#consumer.committed(partitions);
    this.#asking = asking.catch(() => {});
    return asking;
  }

  /** Waits for the call that is under way. */
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
