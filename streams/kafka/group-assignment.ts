import type { PolledBatch } from './ports.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** What a client wants to have answered; until then its member stays as it is. */
export type Rebalance = 'assign' | 'revoke';

/**
 * Between the port, where a rebalance revokes everything and then assigns everything, and the client, whose calls depend on the
 * group's protocol.
 */
export interface GroupAssignment {
  /** The client asks, with the partitions that it asks about. */
  onRebalance(rebalance: Rebalance, partitions: readonly TopicPartition[]): void;
  assign(partitions: readonly TopicPartitionOffset[]): void;
  unassign(): void;
  /** Ends that were met of these partitions hold no longer: they are paused. */
  forgetEnds(partitions: readonly TopicPartition[]): void;
  /** Polls by `consume`. */
  poll(consume: () => Promise<PolledBatch>): Promise<PolledBatch>;
  /** Gives all up, and whatever the client asks from now on is answered at once: a client waits for that before it closes. */
  close(): void;
}
