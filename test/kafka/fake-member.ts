import type { GroupAssignment, Rebalance } from '../../streams/kafka/group-assignment.js';
import type { IncrementalClient } from '../../streams/kafka/incremental-assignment.js';
import type { TopicPartition, TopicPartitionOffset } from '../../streams/kafka/record.js';

/**
 * A client as librdkafka is with `group.protocol=consumer`: what it asks is answered by the next call of its kind, whether the callback
 * has come or not.
 */
export class FakeMember implements IncrementalClient {
  /** What it waits for. */
  asks: Rebalance | undefined;
  /** By `topic-partition`, from where. */
  readonly reads = new Map<string, number>();
  /** All calls, in words. */
  readonly calls: string[] = [];
  gone = false;
  /** It only lets itself be unassigned, which answers whatever it asks. */
  closing = false;
  #callback: (() => void) | undefined;

  /** The group decides; the callback comes with `deliver`. */
  ask(rebalance: Rebalance, partitions: readonly TopicPartition[], assignment: GroupAssignment): void {
    this.asks = rebalance;
    this.#callback = () => assignment.onRebalance(rebalance, partitions);
  }

  deliver(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }

  incrementalAssign(partitions: TopicPartitionOffset[]): void {
    if (this.gone || this.closing) throw new Error('not connected');
    for (const { topic, partition, offset } of partitions) {
      const key = `${topic}-${partition}`;
      if (this.reads.has(key)) throw new Error(`${key} is already part of the current assignment`);
      this.reads.set(key, offset);
    }
    this.calls.push(`assign ${partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(',')}`.trim());
    if (this.asks === 'assign') this.asks = undefined;
  }

  incrementalUnassign(partitions: TopicPartition[]): void {
    if (this.gone) throw new Error('not connected');
    const keys = partitions.map(({ topic, partition }) => `${topic}-${partition}`);
    for (const key of keys) {
      if (!this.reads.delete(key)) throw new Error(`${key} is not in the current assignment`);
    }
    this.calls.push(`unassign ${keys.join(',')}`.trim());
    if (this.asks === 'revoke' || this.closing) this.asks = undefined;
  }
}
