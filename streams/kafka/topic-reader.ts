import { type Consumer, KafkaClientError, type PartitionOffsets, type Ports } from './ports.js';
import { type ConsumerRecord, partitionId, type TopicPartition } from './record.js';

const POLL_TIMEOUT_MS = 100;
const MAX_POLL_RECORDS = 5000;
const NOT_IMPLEMENTED = -170;

/** Reads whole topics from their beginning, read_committed, without a group. */
export class TopicReader {
  readonly #consumer: Consumer;
  /** Partitions whose end was not reached since the last record, with the end as it was at first. */
  readonly #behind = new Map<string, number>();
  readonly #partitions: number;

  private constructor(consumer: Consumer, partitions: readonly TopicPartition[], offsets: readonly PartitionOffsets[]) {
    this.#consumer = consumer;
    this.#partitions = partitions.length;
    for (const [index, partition] of partitions.entries()) {
      const { low, high } = offsets[index] ?? { low: 0, high: 0 };
      if (high > low) this.#behind.set(partitionId(partition), high);
    }
  }

  /** Topics that do not exist are left out. */
  static async open(ports: Ports, clientId: string, topics: readonly string[]): Promise<TopicReader> {
    const admin = ports.admin();
    const counts = await admin.partitionCounts(topics);
    await admin.close();
    const partitions = [...counts].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition, offset: 0 })),
    );
    const consumer = ports.consumer({ clientId, pollTimeoutMs: POLL_TIMEOUT_MS });
    await consumer.connect();
    // A broker answers a fetch at the end of a partition only after the longest wait.
    const offsets = await Promise.all(partitions.map(partition => consumer.partitionOffsets(partition)));
    consumer.assign(partitions);
    return new TopicReader(consumer, partitions, offsets);
  }

  /** True if `poll` has returned all records up to the ends of all partitions. */
  get caughtUp(): boolean {
    return this.#behind.size === 0;
  }

  /** Rejects with a KafkaClientError if a partition can't be read any further. */
  async poll(): Promise<readonly ConsumerRecord[]> {
    if (this.#partitions === 0) return [];
    const { records, ends } = await this.#consumer.poll(MAX_POLL_RECORDS);
    const [unreadable] = this.#consumer.unreadable;
    if (unreadable !== undefined) throw new KafkaClientError(unreadable.reason, 'fatal', NOT_IMPLEMENTED);
    for (const record of records) this.#read(record);
    for (const end of ends) this.#behind.delete(partitionId(end));
    return records;
  }

  #read(record: ConsumerRecord): void {
    const id = partitionId(record);
    const end = this.#behind.get(id);
    if (end !== undefined && record.offset + 1 === end) this.#behind.delete(id);
    else this.#behind.set(id, end ?? Number.POSITIVE_INFINITY);
  }

  async close(): Promise<void> {
    await this.#consumer.close();
  }
}

/** All records of the topic up to now, by partition in the order of the offsets. */
export async function readTopic(ports: Ports, clientId: string, topic: string): Promise<ConsumerRecord[]> {
  const reader = await TopicReader.open(ports, clientId, [topic]);
  try {
    const records: ConsumerRecord[] = [];
    while (!reader.caughtUp) records.push(...(await reader.poll()));
    return records;
  } finally {
    await reader.close();
  }
}
