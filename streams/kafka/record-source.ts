import type { PolledBatch, UnreadableBatch } from './ports.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** Where the records of a consumer come from. The contract is that of the port `Consumer`. */
export interface RecordSource {
  readonly unreadable: readonly UnreadableBatch[];
  /** Everything that is read from now on is assigned after this call: no partition is paused or unreadable any more. */
  reset(): void;
  /** Where the client is to start in a partition. */
  clientStart(partition: TopicPartitionOffset): TopicPartitionOffset;
  /** The client was assigned these partitions instead of all others. */
  assigned(partitions: readonly TopicPartitionOffset[]): void;
  /** The client was assigned these partitions in addition. */
  added(partitions: readonly TopicPartitionOffset[]): void;
  removed(partitions: readonly TopicPartition[]): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  poll(maxRecords: number): Promise<PolledBatch>;
  close(): Promise<void>;
}
