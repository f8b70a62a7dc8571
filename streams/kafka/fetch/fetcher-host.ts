import type { PartitionOffsets } from '../ports.js';
import type { TopicPartition } from '../record.js';

/** What the fetcher needs of the consumer that it is part of. */
export interface FetcherHost {
  /** Asks the cluster. */
  offsets(partition: TopicPartition): Promise<PartitionOffsets>;
  /** The topic has this id. Returns false if it was created again and must not be read on. */
  onTopicId(topic: string, id: string): boolean;
  /** Logs a line. Repetitions may be left out. */
  warn(message: string): void;
  error(message: string): void;
}
