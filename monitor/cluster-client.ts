import { type Admin, type Consumer, KafkaClientError, type Watermarks } from '../streams/kafka/ports.js';
import type { TopicPartition, TopicPartitionOffset } from '../streams/kafka/record.js';

export interface ClientPorts {
  /** Of the group whose offsets are asked for. It is not subscribed: the group does not know of it. */
  readonly consumer: () => Consumer;
  readonly admin: () => Admin;
}

/** Asks the brokers. Its calls reject with a KafkaClientError; after that `renew` is to be called. */
export class ClusterClient {
  readonly #ports: ClientPorts;
  #consumer: Consumer;
  #admin: Admin;
  #connected = false;
  #asking: Promise<unknown> = Promise.resolve();

  constructor(ports: ClientPorts) {
    this.#ports = ports;
    this.#consumer = ports.consumer();
    this.#admin = ports.admin();
  }

  async connect(): Promise<void> {
    if (this.#connected) return;
    await this.#consumer.connect();
    this.#connected = true;
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

  /**
   * Goes on with new clients: those that nobody polls keep what they have to say, which is much while they can't connect. Waits for
   * the call that is under way.
   */
  async renew(): Promise<void> {
    await this.close();
    // One that never connected may try again.
    if (this.#connected) this.#consumer = this.#ports.consumer();
    this.#connected = false;
    this.#admin = this.#ports.admin();
  }

  /** Waits for the call that is under way. */
  async close(): Promise<void> {
    await this.#asking;
    await ignoringFailure(this.#admin.close());
    if (this.#connected) await ignoringFailure(this.#consumer.close());
  }
}

async function ignoringFailure(closing: Promise<void>): Promise<void> {
  try {
    await closing;
  } catch (error) {
    if (!(error instanceof KafkaClientError)) throw error;
  }
}
