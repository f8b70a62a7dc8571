import type { StoreShape } from '../../../stores/kinds/store-kind.js';
import type { PartitionOffsets } from '../../kafka/ports.js';
import { unusablePosition } from '../restore/changelog-partition.js';

/** What a global store keeps about itself. It is written to disk in one batch with the rows. */
export interface GlobalCheckpoint {
  readonly topic: string;
  /** Absent if the cluster has no ids of topics. */
  readonly topicId?: string;
  readonly shape: StoreShape;
  /** By partition, the offset of the next record. */
  readonly offsets: readonly number[];
  /** The time, in milliseconds since the epoch, at which the store had everything of the topic. */
  readonly asOf: number;
}

/** What the cluster and the topology have now. */
export interface GlobalOrigin {
  readonly topic: string;
  /** undefined if it is unknown. */
  readonly topicId: string | undefined;
  readonly shape: StoreShape;
  /** By partition. */
  readonly ranges: readonly PartitionOffsets[];
}

/** Why the rows on disk can't be continued from their offsets. undefined if they can. */
export function unusableCheckpoint(kept: GlobalCheckpoint, origin: GlobalOrigin, now: number): string | undefined {
  const { topic, topicId, shape, offsets, asOf } = kept;
  if (topic !== origin.topic) return `it was filled from ${topic}`;
  if (topicId !== undefined && origin.topicId !== undefined && topicId !== origin.topicId) {
    return `${topic} was deleted and created again`;
  }
  if (shape.kind !== origin.shape.kind)
    return `it was kept as ${shape.kind}, the topology has it as ${origin.shape.kind}`;
  if (offsets.length > origin.ranges.length) return `${topic} has fewer partitions than before`;
  for (const [partition, offset] of offsets.entries()) {
    const range = origin.ranges[partition];
    const reason = range && unusablePosition({ offset, asOf }, true, range, now);
    if (reason !== undefined) return `partition ${partition}: ${reason}`;
  }
  return undefined;
}
