import {
  type Admin,
  type Consumer,
  KafkaClientError,
  type PartitionOffsets,
  type PolledBatch,
} from '../../streams/kafka/ports.js';
import type { TopicPartition, TopicPartitionOffset } from '../../streams/kafka/record.js';

export const TIMED_OUT = new KafkaClientError('metadata: Local: Timed out', 'retriable', -185);
const UNKNOWN_PARTITION = -190;

/** What a cluster says to one that only asks: a test sets its topics, and makes it fail or wait. */
export class FakeCluster implements Admin, Consumer {
  readonly unreadable = [];
  /** By topic, then partition. */
  readonly topics = new Map<string, PartitionOffsets[]>();
  readonly offsets = new Map<string, number>();
  readonly assignments: (readonly TopicPartitionOffset[])[] = [];
  readonly batches: PolledBatch[] = [];
  /** If set, each call fails with it. */
  failure: KafkaClientError | undefined;
  /** If set, `offsets` waits for it. */
  waiting: Promise<void> | undefined;
  /** If set, `committed` waits for it. */
  pendingTransactions: Promise<void> | undefined;
  /** Calls of `offsets`. */
  asked = 0;
  /** Calls that failed. */
  failed = 0;
  #asking = 0;
  mostAskedAtOnce = 0;

  async connect(): Promise<void> {
    this.#check();
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    this.#check();
    return new Map(
      topics.flatMap(topic => {
        const partitions = this.topics.get(topic);
        return partitions === undefined ? [] : [[topic, partitions.length] as const];
      }),
    );
  }

  async partitionOffsets({ topic, partition }: TopicPartition): Promise<PartitionOffsets> {
    this.asked++;
    this.mostAskedAtOnce = Math.max(this.mostAskedAtOnce, ++this.#asking);
    try {
      await this.waiting;
      this.#check();
      const offsets = this.topics.get(topic)?.[partition];
      if (offsets === undefined) throw new KafkaClientError('Local: Unknown partition', 'abort', UNKNOWN_PARTITION);
      return offsets;
    } finally {
      this.#asking--;
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    await this.pendingTransactions;
    this.#check();
    return partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.offsets.get(`${topic}-${partition}`) ?? -1,
    }));
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.assignments.push(partitions);
  }

  pause(): void {}

  resume(): void {}

  /** The next of `batches`. */
  async poll(): Promise<PolledBatch> {
    await new Promise(resolve => setImmediate(resolve));
    this.#check();
    return this.batches.shift() ?? { records: [], ends: [] };
  }

  async close(): Promise<void> {}

  subscribe(): void {
    throw new Error('the monitor joined the group');
  }

  commit(): Promise<void> {
    throw new Error('the monitor committed an offset');
  }

  createTopic(): Promise<void> {
    throw new Error('the monitor created a topic');
  }

  async topicId(): Promise<undefined> {}

  createPartitions(): Promise<void> {
    throw new Error('the monitor added partitions');
  }

  deleteTopic(): Promise<void> {
    throw new Error('the monitor deleted a topic');
  }

  unassign(): void {}

  #check(): void {
    if (this.failure === undefined) return;
    this.failed++;
    throw this.failure;
  }
}
