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
   * is answered at once: a client waits for that before it closes. What is still assigned, the client gives up by itself.
   *
   * The client takes an answer without a request as the answer to a request whose callback is on the way. That callback
   * would be answered too, when the client no longer waits. Such a call uses freed memory: it crashes, or never returns
   * (node-rdkafka, librdkafka).
   */
  close(): void;
}
