import type { GroupAssignment, Rebalance } from './group-assignment.js';
import type { PolledBatch, RebalanceListener } from './ports.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** The calls of a client whose assignment is replaced as a whole. */
export interface EagerClient {
  assign(partitions: TopicPartitionOffset[]): unknown;
  unassign(): unknown;
}

/** The classic protocol with an eager assignor, or no group at all: the port's contract is the client's. */
export class EagerAssignment implements GroupAssignment {
  readonly #client: EagerClient;
  readonly #listener: RebalanceListener;
  #closing = false;

  constructor(client: EagerClient, listener: RebalanceListener) {
    this.#client = client;
    this.#listener = listener;
  }

  onRebalance(rebalance: Rebalance, partitions: readonly TopicPartition[]): void {
    if (this.#closing) this.#client.unassign();
    else if (rebalance === 'assign') this.#listener.onPartitionsAssigned(partitions);
    else this.#listener.onPartitionsRevoked(partitions);
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#client.assign([...partitions]);
  }

  unassign(): void {
    this.#client.unassign();
  }

  forgetEnds(): void {}

  poll(consume: () => Promise<PolledBatch>): Promise<PolledBatch> {
    return consume();
  }

  close(): void {
    this.#closing = true;
    this.#client.unassign();
  }
}
