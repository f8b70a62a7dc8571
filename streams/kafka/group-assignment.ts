import type { PolledBatch } from './ports.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** A rebalance request of the client. Until it is answered, the member stays as it is. */
export type Rebalance = 'assign' | 'revoke';

/**
 * Adapts the client, whose calls depend on the group protocol, to the port, where a rebalance revokes everything and
 * then assigns everything.
 */
export interface GroupAssignment {
  /** The request of the client, with its partitions. */
  onRebalance(rebalance: Rebalance, partitions: readonly TopicPartition[]): void;
  assign(partitions: readonly TopicPartitionOffset[]): void;
  unassign(): void;
  /** The ends reported of these partitions are not valid any more, because the partitions are paused. */
  forgetEnds(partitions: readonly TopicPartition[]): void;
  /** Polls by `consume`. */
  poll(consume: () => Promise<PolledBatch>): Promise<PolledBatch>;
  /**
   * Answers the request that the client waits for, if there is one, by giving up everything. From now on every request
   * is answered at once: a client waits for that before it closes. It gives up the rest by itself. An answer that was
   * not asked for might be taken for that of a request whose callback is still on the way. The answer to that one would
   * come while the client closes and waits for nothing, and would use memory that is gone: a crash, or a call that never
   * returns (node-rdkafka, librdkafka).
   */
  close(): void;
}
