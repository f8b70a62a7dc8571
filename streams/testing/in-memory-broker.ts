import { KafkaClientError, type RefusedRecord } from '../kafka/ports.js';
import type { ConsumerRecord, TopicPartition } from '../kafka/record.js';
import { InMemoryLog, type LogTransaction } from './in-memory-log.js';
import { assignByRange } from './range-assignor.js';

const UNKNOWN_TOPIC = 3;
const UNKNOWN_MEMBER = 25;

/** A record sent by a producer. `transaction` is undefined without a transaction. */
export interface SentRecord {
  readonly record: ConsumerRecord;
  readonly transaction: LogTransaction | undefined;
}

export interface ClusterBehaviour {
  /** The most records that one poll returns, of all partitions in turn. */
  readonly maxPollRecords: number;
  /** Turns of the event loop that the commit of a transaction takes. */
  readonly commitTurns: number;
  /** Records that the queue of a producer accepts in one turn of the event loop. */
  readonly queueRecords: number;
  /** False: topics have no ids, as with brokers before 2.8. Default: true. */
  readonly hasTopicIds?: boolean;
}

export type ProducedRecord = Pick<ConsumerRecord, 'topic' | 'key' | 'value' | 'timestamp'>;

interface Refusal {
  readonly reason: string;
  /** undefined: the topic accepts no records. */
  readonly refused: ((record: ProducedRecord) => boolean) | undefined;
}

export const AT_ONCE: ClusterBehaviour = {
  maxPollRecords: Number.POSITIVE_INFINITY,
  commitTurns: 0,
  queueRecords: Number.POSITIVE_INFINITY,
};

/** What the group knows of a member. */
export interface GroupMember {
  readonly instanceId: string;
  /** Its subscription. */
  readonly topics: readonly string[];
  /** Returns true if it has partitions to give up. */
  revoked(): boolean;
  assigned(partitions: readonly TopicPartition[]): void;
  resetPositions(): void;
}

/** The owner of a transactional id. */
export interface TransactionalProducer {
  end(outcome: 'aborted'): void;
}

/**
 * The state of a cluster: logs with transaction markers, transactional ids that fence their earlier producers, and one
 * consumer group with the range assignor and static members.
 */
export class InMemoryBroker {
  readonly #topics = new Map<string, readonly InMemoryLog[]>();
  readonly #topicIds = new Map<string, string>();
  #createdTopics = 0;
  readonly #committed = new Map<string, number>();
  readonly #epochs = new Map<string, TransactionalProducer>();
  /** By instance id. A process that restarts takes the place of the previous one. */
  readonly #members = new Map<string, GroupMember>();
  /** Members that still have partitions of the previous assignment. */
  readonly #givingUp = new Set<GroupMember>();
  readonly #expired = new Map<string, GroupMember>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #sent: SentRecord[] = [];
  readonly behaviour: ClusterBehaviour;
  #isRebalancing = false;
  /** The member in whose place the last one came, if that one came back. */
  #subscribedBefore: GroupMember | undefined;
  #failNext: KafkaClientError | undefined;

  constructor(behaviour: ClusterBehaviour = AT_ONCE) {
    this.behaviour = behaviour;
  }

  createTopic(topic: string, partitions: number): void {
    if (this.#topics.has(topic)) return;
    this.#topicIds.set(topic, `id-${++this.#createdTopics}`);
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, (_, partition) => new InMemoryLog(topic, partition)),
    );
  }

  /** Adds partitions to a topic, up to `total`. The group learns of it with the next rebalance. */
  createPartitions(topic: string, total: number): void {
    const logs = this.logs(topic);
    const added = Array.from({ length: total - logs.length }, (_, i) => new InMemoryLog(topic, logs.length + i));
    this.#topics.set(topic, [...logs, ...added]);
  }

  /** The group's offsets are deleted with the topic, as on a broker. */
  deleteTopic(topic: string): void {
    for (const { partition } of this.logs(topic)) this.#committed.delete(`${topic}-${partition}`);
    this.#topics.delete(topic);
    this.#topicIds.delete(topic);
  }

  topicId(topic: string): string | undefined {
    return this.behaviour.hasTopicIds === false ? undefined : this.#topicIds.get(topic);
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  hasTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  logs(topic: string): readonly InMemoryLog[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Throws a KafkaClientError if there is no such partition. */
  log(topic: string, partition: number): InMemoryLog {
    const log = this.#topics.get(topic)?.[partition];
    if (log === undefined) throw new KafkaClientError(`no partition ${topic}-${partition}`, 'fatal', UNKNOWN_TOPIC);
    return log;
  }

  /** All records sent by producers, in the order in which they were sent. */
  get sent(): readonly SentRecord[] {
    return this.#sent;
  }

  addSent(sent: SentRecord): void {
    this.#sent.push(sent);
  }

  committedOffset(topic: string, partition: number): number {
    return this.#committed.get(`${topic}-${partition}`) ?? -1;
  }

  /** A topic that does not exist has no offsets. */
  commitOffset(topic: string, partition: number, offset: number): void {
    if (this.hasTopic(topic)) this.#committed.set(`${topic}-${partition}`, offset);
  }

  /** From now on this producer is the only one with this id. An open transaction of the previous one is aborted. */
  fence(transactionalId: string, producer: TransactionalProducer): void {
    this.#epochs.get(transactionalId)?.end('aborted');
    this.#epochs.set(transactionalId, producer);
  }

  isFenced(transactionalId: string, producer: TransactionalProducer): boolean {
    return this.#epochs.get(transactionalId) !== producer;
  }

  /** Deletes the group's offsets, as a broker does after `offsets.retention.minutes` without members. */
  forgetCommittedOffsets(): void {
    this.#committed.clear();
  }

  /** All members go back to the beginning of their partitions, as a client does with `auto.offset.reset=earliest`. */
  resetPositions(): void {
    for (const member of this.#members.values()) member.resetPositions();
  }

  /**
   * From now on, records for `topic` for which `refused` returns true are refused, as a broker refuses what its
   * settings do not allow.
   */
  refuse(topic: string, reason: string, refused?: (record: ProducedRecord) => boolean): void {
    this.#refusals.set(topic, { reason, refused });
  }

  /** The reason for which it refuses a record. undefined if it accepts it. */
  refusalOf(record: ProducedRecord): Pick<RefusedRecord, 'scope' | 'reason'> | undefined {
    const refusal = this.#refusals.get(record.topic);
    if (refusal === undefined || refusal.refused?.(record) === false) return undefined;
    return { scope: refusal.refused === undefined ? 'topic' : 'record', reason: refusal.reason };
  }

  /** The number of transactions that producers have aborted. */
  aborts = 0;

  /** The next commit of a transaction fails with `error`. The transaction is not committed. */
  failNextCommit(error: KafkaClientError): void {
    this.#failNext = error;
  }

  takeFailure(): KafkaClientError | undefined {
    const failure = this.#failNext;
    this.#failNext = undefined;
    return failure;
  }

  /**
   * Like a broker with the classic protocol, it gives a static member that comes back the assignment that it had, also
   * if it subscribes to other topics. The next rebalance goes by the new subscription.
   */
  join(member: GroupMember): void {
    const before = this.#members.get(member.instanceId);
    this.#members.set(member.instanceId, member);
    this.#subscribedBefore = before === undefined || before === member ? undefined : before;
    this.#rebalance();
  }

  /** Those that have a place in the group. */
  get memberIds(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** The member is closed. The group keeps its place. */
  leave(member: GroupMember): void {
    this.#givingUp.delete(member);
    this.#assign();
  }

  /** The session of a member times out. The others get its partitions. It does not know until it joins again. */
  expire(instanceId: string): void {
    const member = this.#members.get(instanceId);
    if (member === undefined) throw new Error(`no member ${instanceId}`);
    this.#members.delete(instanceId);
    this.#expired.set(instanceId, member);
    this.#givingUp.delete(member);
    this.rebalance();
  }

  /** A member whose session has timed out joins again. Its partitions are revoked. */
  rejoin(instanceId: string): void {
    const member = this.#expired.get(instanceId);
    if (member === undefined) throw new Error(`the session of ${instanceId} has not timed out`);
    this.join(member);
  }

  /**
   * Throws a KafkaClientError if the member never joined, or does not know yet that others have its partitions: it must
   * not commit.
   */
  checkMember(member: GroupMember): void {
    // Like a broker's, a group without members accepts offsets from any client.
    const isMember = member.topics.length > 0 && this.#expired.get(member.instanceId) !== member;
    if (isMember || this.#members.size === 0) return;
    throw new KafkaClientError('not a member of the group any more', 'abort', UNKNOWN_MEMBER);
  }

  /** Revokes everything, and assigns it again when all members have given up their partitions. */
  rebalance(): void {
    this.#subscribedBefore = undefined;
    this.#rebalance();
  }

  #rebalance(): void {
    this.#givingUp.clear();
    this.#isRebalancing = true;
    for (const member of this.#members.values()) if (member.revoked()) this.#givingUp.add(member);
    this.#assign();
  }

  gaveUp(member: GroupMember): void {
    if (this.#expired.get(member.instanceId) === member) this.#expired.delete(member.instanceId);
    if (this.#givingUp.delete(member)) this.#assign();
  }

  #assign(): void {
    if (!this.#isRebalancing || this.#givingUp.size > 0) return;
    this.#isRebalancing = false;
    const subscribed = [...this.#members].map(([instanceId, member]) => {
      const { topics } = this.#subscribedBefore?.instanceId === instanceId ? this.#subscribedBefore : member;
      return { instanceId, topics };
    });
    const assigned = assignByRange(subscribed, topic => this.logs(topic).length);
    for (const [instanceId, member] of this.#members) member.assigned(assigned.get(instanceId) ?? []);
  }
}
