import { serdesOr } from '../dsl/declare/repartition.js';
import type { ConsumerRecord, Headers } from '../kafka/record.js';
import type { DriverTopics, TopicSerdes } from './driver-topics.js';
import type { InMemoryCluster } from './in-memory-cluster.js';

export interface TestRecord<K, V> {
  readonly key: K | null;
  readonly value: V | null;
  readonly timestamp: number;
  readonly headers?: Headers;
}

/** Reads the committed records of the topics, each of them once (Java: `TestOutputTopic`). */
export class DriverOutput {
  readonly #topics: DriverTopics;
  readonly #cluster: InMemoryCluster;
  readonly #internalTopics: ReadonlySet<string>;
  /** The next offset, by partition. */
  readonly #read = new Map<string, number>();

  constructor(topics: DriverTopics, cluster: InMemoryCluster, internalTopics: readonly string[]) {
    this.#topics = topics;
    this.#cluster = cluster;
    this.#internalTopics = new Set(internalTopics);
  }

  /** By partition, the records that were not read yet. */
  read<K, V>(topic: string, serdes: TopicSerdes<K, V>): TestRecord<K, V>[] {
    const { keySerde, valueSerde } = serdesOr<K, V>(serdes, {});
    return this.readBytes(topic).map(({ key, value, timestamp, headers }) => ({
      key: this.#topics.part(topic, 'keySerde', () => (key === null ? null : keySerde.deserialize(key))),
      value: this.#topics.part(topic, 'valueSerde', () => (value === null ? null : valueSerde.deserialize(value))),
      timestamp,
      headers,
    }));
  }

  /** The same as bytes. */
  readBytes(topic: string): ConsumerRecord[] {
    return this.#topics.outputLogs(topic).flatMap(log => {
      const id = `${topic}-${log.partition}`;
      const { records, next } = log.read(this.#read.get(id) ?? 0, Number.POSITIVE_INFINITY);
      this.#read.set(id, next);
      return records;
    });
  }

  /** The records of topics that are not internal, in the order in which they were sent. They count as not read. */
  get written(): readonly ConsumerRecord[] {
    return this.#cluster.sent
      .filter(
        ({ record, transaction }) =>
          (transaction?.state ?? 'committed') === 'committed' && !this.#internalTopics.has(record.topic),
      )
      .map(({ record }) => record);
  }
}
