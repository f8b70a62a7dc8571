import type { Consumer, PartitionOffsets, PolledBatch } from '../../streams/kafka/ports.js';
import type { ConsumerRecord, TopicPartition, TopicPartitionOffset } from '../../streams/kafka/record.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';

/** A consumer whose polls return what the test has set, one after the other. */
export class ScriptedConsumer implements Consumer {
  assigned: readonly TopicPartitionOffset[] = [];
  polls = 0;
  readonly unreadable = [];
  readonly committedOffsets: TopicPartitionOffset[] = [];
  readonly #batches: (PolledBatch | Error)[];
  readonly #offsets: ReadonlyMap<string, PartitionOffsets>;

  /** `offsets` by `topic-partition`. */
  constructor(offsets: Record<string, PartitionOffsets> = {}, batches: readonly (Partial<PolledBatch> | Error)[] = []) {
    this.#offsets = new Map(Object.entries(offsets));
    this.#batches = batches.map(batch => (batch instanceof Error ? batch : { records: [], ends: [], ...batch }));
  }

  async connect(): Promise<void> {}

  subscribe(): void {}

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.assigned = partitions;
  }

  unassign(): void {
    this.assigned = [];
  }

  pause(): void {}

  resume(): void {}

  async poll(): Promise<PolledBatch> {
    this.polls++;
    const batch = this.#batches.shift();
    if (batch === undefined) throw new Error('polled more often than the script says');
    if (batch instanceof Error) throw batch;
    return batch;
  }

  async topicId(): Promise<undefined> {}

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    return partitions.map(partition => ({ ...partition, offset: -1 }));
  }

  async partitionOffsets({ topic, partition }: TopicPartition): Promise<PartitionOffsets> {
    const offsets = this.#offsets.get(`${topic}-${partition}`);
    if (offsets === undefined) throw new Error(`no offsets of ${topic}-${partition} in the script`);
    return offsets;
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.committedOffsets.push(...offsets);
  }

  async close(): Promise<void> {}
}

/** A record whose key and value are texts. */
export function record(
  topic: string,
  partition: number,
  offset: number,
  key: string | null,
  value: string | null,
  timestamp = 0,
): ConsumerRecord {
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
  return { topic, partition, offset, key: bytes(key), value: bytes(value), timestamp, headers: NO_HEADERS };
}
