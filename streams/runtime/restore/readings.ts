import { partitionId, type TopicPartition, type TopicPartitionOffset } from '../../kafka/record.js';
import type { ChangelogPartition } from './changelog-partition.js';

/** A changelog that is being read: until its target for a restore, without an end for a standby. */
export interface Reading extends ChangelogPartition {
  /** Offset of the next record to read. Everything below it is read, but maybe not yet written. */
  position: number;
  /** The offset at which the restore ends. undefined: the changelog is followed until it is removed. */
  readonly target: number | undefined;
  readonly begunAt: number;
  /** The age of what is below the position (`TaskState.asOf`). */
  asOf: number;
  records: number;
}

export function isRestore({ target }: Reading): boolean {
  return target !== undefined;
}

export function isDone({ position, target }: Reading): boolean {
  return target !== undefined && position >= target;
}

/**
 * The changelogs of a reader, by partition. Several tasks may read one partition, if it has records of several tasks.
 */
export class Readings {
  readonly #byPartition = new Map<string, readonly Reading[]>();

  get isEmpty(): boolean {
    return this.#byPartition.size === 0;
  }

  get all(): readonly Reading[] {
    return [...this.#byPartition.values()].flat();
  }

  of(partition: TopicPartition): readonly Reading[] {
    return this.#byPartition.get(partitionId(partition)) ?? [];
  }

  ofTask(taskId: string): readonly Reading[] {
    return this.all.filter(reading => reading.taskId === taskId);
  }

  add(reading: Reading): void {
    this.#byPartition.set(partitionId(reading), [...this.of(reading), reading]);
  }

  remove(isRemoved: (reading: Reading) => boolean): void {
    for (const [id, all] of this.#byPartition) {
      const kept = all.filter(reading => !isRemoved(reading));
      if (kept.length === 0) this.#byPartition.delete(id);
      else this.#byPartition.set(id, kept);
    }
  }

  clear(): void {
    this.#byPartition.clear();
  }

  /** The partitions to read, each from the lowest position of its readers. While tasks are restored, standbys wait. */
  get assignment(): readonly TopicPartitionOffset[] {
    const restores = this.all.some(isRestore);
    const read = [...this.#byPartition.values()].filter(all => !restores || all.some(isRestore));
    return read.flatMap(all =>
      all.slice(0, 1).map(({ topic, partition }) => ({
        topic,
        partition,
        offset: Math.min(...all.map(({ position }) => position)),
      })),
    );
  }
}
