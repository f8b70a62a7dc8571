import type { GroupAssignment, Rebalance } from './group-assignment.js';
import type { PolledBatch, RebalanceListener } from './ports.js';
import type { TopicPartition, TopicPartitionOffset } from './record.js';

/** The calls of a client whose assignment is replaced as a whole. */
export interface EagerClient {
  assign(partitions: TopicPartitionOffset[]): unknown;
  unassign(): unknown;
}

/**
 * For the classic protocol with an eager assignor, or without a group: the contract of the port is that of the client.
 */
export class EagerAssignment implements GroupAssignment {
  readonly #client: EagerClient;
  readonly #listener: RebalanceListener;
  /** True while the client waits for the owner's answer. */
  #isAsked = false;
  #closing = false;

  constructor(client: EagerClient, listener: RebalanceListener) {
    this.#client = client;
    this.#listener = listener;
  }

  onRebalance(rebalance: Rebalance, partitions: readonly TopicPartition[]): void {
    if (this.#closing) {
      this.#answerClosing();
      return;
    }
    this.#isAsked = true;
    if (rebalance === 'assign') this.#listener.onPartitionsAssigned(partitions);
    else this.#listener.onPartitionsRevoked(partitions);
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#isAsked = false;
    this.#client.assign([...partitions]);
  }

  unassign(): void {
    this.#isAsked = false;
    this.#client.unassign();
  }

  forgetEnds(): void {}

  poll(consume: () => Promise<PolledBatch>): Promise<PolledBatch> {
    return consume();
  }

  close(): void {
    this.#closing = true;
    if (this.#isAsked) this.unassign();
  }

  #answerClosing(): void {
    try {
      this.#client.unassign();
    } catch {
      // The callback waited for the event loop, and the client is closed since: it waits for no answer.
    }
  }
}
