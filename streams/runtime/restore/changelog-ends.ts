import type { PartitionOffsets, Producer } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';

/** A changelog of one task, of one of its stores. */
export interface TaskChangelog extends TopicPartition {
  readonly taskId: string;
  readonly store: string;
}

/**
 * The first and last offsets of changelogs, as the cluster has them now. The end is the high watermark. The last stable
 * offset would not do: a process that died may have left a transaction open, and records committed by others lie after
 * it. Every request rejects with a KafkaClientError if the cluster does not answer.
 */
export class ChangelogEnds {
  readonly #producer: Pick<Producer, 'partitionOffsets'>;

  /** A producer gets the high watermark. A read_committed consumer would get the last stable offset. */
  constructor(producer: Pick<Producer, 'partitionOffsets'>) {
    this.#producer = producer;
  }

  async range(changelog: TopicPartition): Promise<PartitionOffsets> {
    return await this.#producer.partitionOffsets(changelog);
  }

  /** The offset of the next record. */
  async end(changelog: TopicPartition): Promise<number> {
    const { high } = await this.range(changelog);
    return high;
  }

  /** The ends of the changelogs of a task, by store. */
  async byStore(changelogs: readonly TaskChangelog[]): Promise<ReadonlyMap<string, number>> {
    const ends = changelogs.map(async changelog => [changelog.store, await this.end(changelog)] as const);
    return new Map(await Promise.all(ends));
  }
}
