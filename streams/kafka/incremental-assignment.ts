import { setImmediate as immediate } from 'node:timers/promises';
import type { GroupAssignment, Rebalance } from './group-assignment.js';
import type { PolledBatch, RebalanceListener } from './ports.js';
import { partitionId, type TopicPartition, type TopicPartitionOffset } from './record.js';

/**
 * A group that has partitions for a new member reports them sooner. A group that has none never reports anything
 * (librdkafka).
 */
const NOTHING_COMES_AFTER_MS = 10_000;

/** The calls of a client whose assignment changes by differences. */
export interface IncrementalClient {
  incrementalAssign(partitions: TopicPartitionOffset[]): unknown;
  incrementalUnassign(partitions: TopicPartition[]): unknown;
}

/** A partition that the client reads. */
interface ReadPartition extends TopicPartition {
  /** The offset after all records that it has returned. */
  next: number;
  /** The end of the partition. undefined if records have arrived since it was reported. */
  end: number | undefined;
}

/**
 * The protocol of KIP-848. The group assigns and revokes differences. Towards the listener, each time everything is
 * revoked, and then everything that this member has is assigned. The group gets its answer when the listener's owner is
 * done: `unassign`, after the owner's commit, gives back what the group revokes.
 *
 * The client takes the next unassignment as the answer to a revocation, even if the callback of that revocation is
 * still on the way. So nothing is unassigned while anything may be uncommitted. After a seek backwards, nothing is read
 * before a poll has shown that no revocation was on the way.
 */
export class IncrementalAssignment implements GroupAssignment {
  readonly #client: IncrementalClient;
  readonly #listener: RebalanceListener;
  /** The partitions that the group has given to this member. */
  readonly #owned = new Map<string, TopicPartition>();
  readonly #read = new Map<string, ReadPartition>();
  /** True if the listener knows `#owned`, and does not know yet that it is revoked. */
  #reported = false;
  /** What the owner must do before it may read on. `handover`: unassign, then assign. */
  #due: 'unassign' | 'handover' | 'assign' | undefined;
  /** Positions to read from after a poll has shown that nothing else is due. */
  #unconfirmed: readonly TopicPartitionOffset[] | undefined;
  /** Ends that were reported before an assignment that left their partitions in place. They are reported again. */
  #endsAgain: TopicPartitionOffset[] = [];
  #closing = false;
  readonly #now: () => number;
  /** When the member began to poll, if it has had no report yet. */
  #waitsSince: number | undefined;
  #heard = false;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(client: IncrementalClient, listener: RebalanceListener, now: () => number) {
    this.#client = client;
    this.#listener = listener;
    this.#now = now;
  }

  onRebalance(rebalance: Rebalance, partitions: readonly TopicPartition[]): void {
    this.#heard = true;
    if (this.#closing) this.#answer(rebalance);
    else if (rebalance === 'revoke') this.#revoke(partitions);
    else this.#give(partitions);
  }

  assign(partitions: readonly TopicPartitionOffset[]): void {
    // The owner has not handled the rebalance yet. Then it assigns again.
    if (this.#due === 'unassign' || this.#due === 'handover') return;
    if (this.#unconfirmed !== undefined) this.#unconfirmed = partitions;
    else if (this.#isExtendedBy(partitions)) this.#extend(partitions);
    else {
      this.#unassignAll();
      this.#unconfirmed = partitions;
    }
  }

  unassign(): void {
    this.#unconfirmed = undefined;
    if (this.#read.size > 0 || this.#due === 'unassign') this.#unassignAll();
    if (this.#due === 'unassign') this.#due = undefined;
    else if (this.#due === 'handover') this.#due = 'assign';
  }

  forgetEnds(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      const read = this.#read.get(partitionId(partition));
      if (read !== undefined) read.end = undefined;
    }
  }

  async poll(consume: () => Promise<PolledBatch>): Promise<PolledBatch> {
    const unconfirmed = this.#unconfirmed;
    const batch = await consume();
    if (unconfirmed !== undefined) {
      // A callback of this poll may come after its result.
      await immediate();
      if (this.#unconfirmed === unconfirmed) {
        this.#unconfirmed = undefined;
        this.#extend(unconfirmed);
      }
    }
    if (!this.#heard) this.#wait();
    return this.#follow(batch);
  }

  close(): void {
    this.#closing = true;
    this.#unconfirmed = undefined;
    if (this.#due === undefined) return;
    this.unassign();
    if (this.#due === 'assign') this.#client.incrementalAssign([]);
  }

  #wait(): void {
    this.#waitsSince ??= this.#now();
    if (this.#closing || this.#now() - this.#waitsSince < NOTHING_COMES_AFTER_MS) return;
    this.#heard = true;
    this.#reported = true;
    this.#listener.onPartitionsAssigned([]);
  }

  #revoke(partitions: readonly TopicPartition[]): void {
    this.#unconfirmed = undefined;
    this.#due = 'unassign';
    this.#reported = false;
    this.#listener.onPartitionsRevoked([...this.#owned.values()]);
    for (const partition of partitions) this.#owned.delete(partitionId(partition));
  }

  #give(partitions: readonly TopicPartition[]): void {
    this.#unconfirmed = undefined;
    this.#due = this.#reported || this.#due === 'unassign' ? 'handover' : 'assign';
    if (this.#reported) this.#listener.onPartitionsRevoked([...this.#owned.values()]);
    for (const { topic, partition } of partitions)
      this.#owned.set(partitionId({ topic, partition }), { topic, partition });
    this.#reported = true;
    this.#listener.onPartitionsAssigned([...this.#owned.values()]);
  }

  #answer(rebalance: Rebalance): void {
    try {
      if (rebalance === 'assign') this.#client.incrementalAssign([]);
      else this.#unassignAll();
    } catch {
      this.#answerClosing();
    }
  }

  /** When a client closes, node-rdkafka allows only `unassign`, and librdkafka then takes it as either answer. */
  #answerClosing(): void {
    try {
      this.#client.incrementalUnassign([]);
    } catch {
      // The client is closed, and waits for no answer.
    }
  }

  #unassignAll(): void {
    this.#client.incrementalUnassign([...this.#read.values()].map(({ topic, partition }) => ({ topic, partition })));
    this.#read.clear();
    this.#endsAgain = [];
  }

  /** True if every partition in reading continues where it is. */
  #isExtendedBy(partitions: readonly TopicPartitionOffset[]): boolean {
    const wanted = new Map(partitions.map(partition => [partitionId(partition), partition.offset]));
    return [...this.#read].every(([key, { next, end }]) => {
      const offset = wanted.get(key);
      return offset !== undefined && (offset === next || offset === end);
    });
  }

  #extend(partitions: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, end } of this.#read.values()) {
      if (end !== undefined) this.#endsAgain.push({ topic, partition, offset: end });
    }
    const added = partitions.filter(partition => !this.#read.has(partitionId(partition)));
    if (added.length > 0 || this.#due === 'assign') this.#client.incrementalAssign(added);
    this.#due = undefined;
    for (const { topic, partition, offset } of added) {
      this.#read.set(partitionId({ topic, partition }), { topic, partition, next: offset, end: undefined });
    }
  }

  #follow({ records, ends }: PolledBatch): PolledBatch {
    let read: ReadPartition | undefined;
    for (const { topic, partition, offset } of records) {
      // Records of a partition come one after the other.
      if (read?.topic !== topic || read.partition !== partition)
        read = this.#read.get(partitionId({ topic, partition }));
      if (read === undefined) continue;
      read.next = offset + 1;
      read.end = undefined;
    }
    for (const end of ends) {
      const met = this.#read.get(partitionId(end));
      if (met !== undefined) met.end = end.offset;
    }
    const again = this.#endsAgain.filter(end => this.#read.get(partitionId(end))?.end === end.offset);
    this.#endsAgain = [];
    return again.length === 0 ? { records, ends } : { records, ends: [...again, ...ends] };
  }
}
