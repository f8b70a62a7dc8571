import kafka, { type KafkaConsumer, type Metadata, type TopicPartition, type TopicPartitionOffset } from 'node-rdkafka';

const TIMEOUT_MS = 10_000;

/** Reads offsets of topics and of a group without being a member of it. */
export class OffsetReader {
  readonly #consumer: KafkaConsumer;

  /** @param isolation what the ends are: those of all records, or of those before any open transaction */
  constructor(address: string, groupId: string, isolation: 'read_uncommitted' | 'read_committed' = 'read_uncommitted') {
    this.#consumer = new kafka.KafkaConsumer(
      {
        'metadata.broker.list': address,
        'client.id': 'offset-reader',
        'group.id': groupId,
        'enable.auto.commit': false,
        // Read committed, a group's offsets cannot be read while a transaction commits some.
        'isolation.level': isolation,
      },
      {},
    );
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#consumer.connect({ timeout: TIMEOUT_MS }, error => (error ? reject(new Error(error.message)) : resolve()));
    });
  }

  async partitions(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    const metadata = await new Promise<Metadata>((resolve, reject) => {
      this.#consumer.getMetadata({ allTopics: true, timeout: TIMEOUT_MS }, (error, answer) =>
        error ? reject(new Error(error.message)) : resolve(answer),
      );
    });
    return metadata.topics
      .filter(({ name }) => topics.includes(name))
      .flatMap(({ name, partitions }) => partitions.map(({ id }) => ({ topic: name, partition: id })));
  }

  /** The offsets that the next records will get; read committed, those up to which the topics can be read. */
  ends(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    return Promise.all(partitions.map(partition => this.#end(partition)));
  }

  /** The offsets that the group has committed; -1 where none. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    return new Promise((resolve, reject) => {
      this.#consumer.committed([...partitions], TIMEOUT_MS, (error, offsets) =>
        error
          ? reject(new Error(error.message))
          : resolve(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset ?? -1 }))),
      );
    });
  }

  close(): Promise<void> {
    return new Promise(resolve => this.#consumer.disconnect(() => resolve()));
  }

  #end({ topic, partition }: TopicPartition): Promise<TopicPartitionOffset> {
    return new Promise((resolve, reject) => {
      this.#consumer.queryWatermarkOffsets(topic, partition, TIMEOUT_MS, (error, offsets) =>
        error ? reject(new Error(error.message)) : resolve({ topic, partition, offset: offsets.highOffset }),
      );
    });
  }
}

/** The end offsets of all partitions of the topics. */
export async function readEnds(address: string, topics: readonly string[]): Promise<readonly TopicPartitionOffset[]> {
  const reader = new OffsetReader(address, 'offset-reader');
  await reader.connect();
  try {
    return await reader.ends(await reader.partitions(topics));
  } finally {
    await reader.close();
  }
}
