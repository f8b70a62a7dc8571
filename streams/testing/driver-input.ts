import { serdesOr } from '../dsl/declare/repartition.js';
import { partitionFor } from '../kafka/partitioner.js';
import type { Clock } from '../kafka/ports.js';
import { type Headers, NO_HEADERS } from '../kafka/record.js';
import type { DriverTopics, TopicSerdes } from './driver-topics.js';
import type { InMemoryCluster } from './in-memory-cluster.js';

/** A record for a source topic. */
export interface InputRecord<K, V> {
  readonly key: K | null;
  readonly value: V | null;
  /** Milliseconds. Default: the driver's clock. */
  readonly timestamp?: number;
  readonly headers?: Headers;
}

/** Writes records to the source topics, to the partitions of their keys (Java: `TestInputTopic`). */
export class DriverInput {
  readonly #topics: DriverTopics;
  readonly #cluster: InMemoryCluster;
  readonly #clock: Clock;

  constructor(topics: DriverTopics, cluster: InMemoryCluster, clock: Clock) {
    this.#topics = topics;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  write<K, V>(topic: string, records: readonly InputRecord<K, V>[], serdes: TopicSerdes<K, V>): void {
    const { keySerde, valueSerde } = serdesOr<K, V>(serdes, {});
    const partitions = this.#topics.inputPartitions(topic);
    const now = this.#clock.now();
    for (const { key, value, timestamp = now, headers = NO_HEADERS } of records) {
      const keyBytes = this.#topics.part(topic, 'keySerde', () => (key === null ? null : keySerde.serialize(key)));
      const valueBytes = this.#topics.part(topic, 'valueSerde', () =>
        value === null ? null : valueSerde.serialize(value),
      );
      const partition = keyBytes === null ? 0 : partitionFor(keyBytes, partitions);
      this.#cluster.log(topic, partition).append({ key: keyBytes, value: valueBytes, timestamp, headers }, undefined);
    }
  }
}
