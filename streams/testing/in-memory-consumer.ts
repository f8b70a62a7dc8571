import { setImmediate as immediate } from 'node:timers/promises';
import {
  type Consumer,
  KafkaClientError,
  type PartitionOffsets,
  type PolledBatch,
  type RebalanceListener,
} from '../kafka/ports.js';
import { type ConsumerRecord, partitionId, type TopicPartition, type TopicPartitionOffset } from '../kafka/record.js';
import type { InMemoryBroker } from './in-memory-broker.js';

const UNKNOWN_TOPIC_ID = 100;

/**
 * The consumer port on a cluster in memory. A poll without records lets the event loop turn once. As with a cluster, a
 * subscribed topic that was deleted has no records until it is there again.
 */
export class InMemoryConsumer implements Consumer {
  readonly instanceId: string;
  readonly unreadable = [];
  readonly #broker: InMemoryBroker;
  readonly #positions = new Map<string, { readonly partition: TopicPartition; next: number }>();
  /** The ids of the topics that it knows. */
  readonly #topicIds = new Map<string, string>();
  readonly #paused = new Set<string>();
  #listener: RebalanceListener | undefined;
  #topics: readonly string[] = [];
  #turn = 0;
  /** True if the group has given it partitions, whatever it has done about them. */
  #hasAssignment = false;

  constructor(broker: InMemoryBroker, instanceId: string) {
    this.#broker = broker;
    this.instanceId = instanceId;
  }

  get topics(): readonly string[] {
    return this.#topics;
  }

  async connect(): Promise<void> {}

  subscribe(topics: readonly string[], listener: RebalanceListener): void {
    this.#topics = topics;
    this.#listener = listener;
    this.#broker.join(this);
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.#hasAssignment = true;
    this.#listener?.onPartitionsAssigned(partitions);
  }

  /** Returns false if it has nothing to give up. Otherwise it answers with `unassign`. */
  revoked(): boolean {
    if (!this.#hasAssignment) return false;
    this.#hasAssignment = false;
    this.#listener?.onPartitionsRevoked([...this.#positions.values()].map(p => p.partition));
    return true;
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#positions.clear();
    this.#paused.clear();
    for (const { topic, partition, offset } of partitions) {
      this.#positions.set(partitionId({ topic, partition }), {
        partition: { topic, partition },
        next: Math.max(0, offset),
      });
      this.#meet(topic);
    }
  }

  unassign(): void {
    this.#positions.clear();
    this.#paused.clear();
    this.#broker.gaveUp(this);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.add(partitionId(partition));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(partitionId(partition));
  }

  /** Goes back, as a client does whose broker has nothing at its position. */
  resetPositions(): void {
    for (const position of this.#positions.values()) position.next = 0;
  }

  async poll(maxRecords: number): Promise<PolledBatch> {
    const polled: ConsumerRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    const max = Math.min(maxRecords, this.#broker.behaviour.maxPollRecords);
    const positions = [...this.#positions]
      .filter(([of, { partition }]) => !this.#paused.has(of) && !this.#isDeleted(partition.topic))
      .map(([, position]) => position);
    const first = this.#turn++ % Math.max(1, positions.length);
    for (const { partition } of positions) this.#checkTopic(partition.topic);
    for (const position of [...positions.slice(first), ...positions.slice(0, first)]) {
      const log = this.#broker.log(position.partition.topic, position.partition.partition);
      const { records, next } = log.read(position.next, max - polled.length);
      position.next = next;
      polled.push(...records);
      if (next === log.stable) ends.push({ ...position.partition, offset: next });
    }
    if (polled.length === 0) await immediate();
    return { records: polled, ends };
  }

  #isDeleted(topic: string): boolean {
    return this.#topics.includes(topic) && !this.#broker.hasTopic(topic);
  }

  #checkTopic(topic: string): void {
    const topicId = this.#broker.topicId(topic);
    if (topicId === undefined || topicId === this.#topicIds.get(topic)) return;
    throw new KafkaClientError(`topic ${topic} was deleted and created again`, 'fatal', UNKNOWN_TOPIC_ID);
  }

  async topicId(topic: string): Promise<string | undefined> {
    this.#meet(topic);
    return this.#topicIds.get(topic);
  }

  #meet(topic: string): void {
    const topicId = this.#broker.topicId(topic);
    if (topicId !== undefined && !this.#topicIds.has(topic)) this.#topicIds.set(topic, topicId);
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    return partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.#broker.committedOffset(topic, partition),
    }));
  }

  async partitionOffsets({ topic, partition }: TopicPartition): Promise<PartitionOffsets> {
    const { low, stable } = this.#broker.log(topic, partition);
    return { low, high: stable };
  }

  /** Throws a KafkaClientError if the group has given its partitions to others: it must not commit. */
  checkMember(): void {
    this.#broker.checkMember(this);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.checkMember();
    for (const { topic, partition, offset } of offsets) this.#broker.commitOffset(topic, partition, offset);
  }

  async close(): Promise<void> {
    this.#broker.leave(this);
  }
}
