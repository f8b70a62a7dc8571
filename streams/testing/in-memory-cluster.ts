import { type Admin, type Clock, KafkaClientError, type Ports, type TopicConfig } from '../kafka/ports.js';
import type { ConsumerRecord } from '../kafka/record.js';
import { InMemoryConsumer } from './in-memory-consumer.js';
import { InMemoryLog, type LogTransaction } from './in-memory-log.js';
import { InMemoryProducer } from './in-memory-producer.js';

const UNKNOWN_TOPIC = 3;

/** A record that a producer has sent; `transaction` is undefined if it sent it in none. */
export interface SentRecord {
  readonly record: ConsumerRecord;
  readonly transaction: LogTransaction | undefined;
}

export interface ClusterBehaviour {
  /** Records that one poll brings at most, of all partitions in turn. */
  readonly maxPollRecords: number;
  /** Turns of the event loop that the commit of a transaction takes. */
  readonly commitTurns: number;
  /** Records that the queue of a producer takes in one turn of the event loop. */
  readonly queueRecords: number;
}

const AT_ONCE: ClusterBehaviour = {
  maxPollRecords: Number.POSITIVE_INFINITY,
  commitTurns: 0,
  queueRecords: Number.POSITIVE_INFINITY,
};

/** A cluster in this process: logs with transaction markers, one consumer group, producers that fence each other. */
export class InMemoryCluster {
  readonly #topics = new Map<string, readonly InMemoryLog[]>();
  readonly #committed = new Map<string, number>();
  readonly #epochs = new Map<string, InMemoryProducer>();
  /** By instance id: a process that comes back takes the place of the one that it was. */
  readonly #members = new Map<string, InMemoryConsumer>();
  readonly #sent: SentRecord[] = [];
  readonly #clock: Clock;
  readonly behaviour: ClusterBehaviour;
  #failNext: KafkaClientError | undefined;

  constructor(clock: Clock, behaviour: ClusterBehaviour = AT_ONCE) {
    this.#clock = clock;
    this.behaviour = behaviour;
  }

  get ports(): Ports {
    return {
      clock: this.#clock,
      consumer: options => new InMemoryConsumer(this, options.groupInstanceId ?? options.clientId),
      producer: options => new InMemoryProducer(this, options.transactionalId),
      admin: () => this.#admin(),
    };
  }

  createTopic(topic: string, partitions: number): void {
    if (this.#topics.has(topic)) return;
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, (_, partition) => new InMemoryLog(topic, partition)),
    );
  }

  deleteTopic(topic: string): void {
    this.#topics.delete(topic);
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

  /** What producers sent to all topics, in that order. */
  get sent(): readonly SentRecord[] {
    return this.#sent;
  }

  addSent(sent: SentRecord): void {
    this.#sent.push(sent);
  }

  committedOffset(topic: string, partition: number): number {
    return this.#committed.get(`${topic}-${partition}`) ?? -1;
  }

  commitOffset(topic: string, partition: number, offset: number): void {
    this.#committed.set(`${topic}-${partition}`, offset);
  }

  /** The producer is the only one with this id from now on; what the one before left open is aborted. */
  fence(transactionalId: string, producer: InMemoryProducer): void {
    this.#epochs.get(transactionalId)?.end('aborted');
    this.#epochs.set(transactionalId, producer);
  }

  isFenced(transactionalId: string, producer: InMemoryProducer): boolean {
    return this.#epochs.get(transactionalId) !== producer;
  }

  /** The next commit of a transaction fails with `error`, and is not committed. */
  failNextCommit(error: KafkaClientError): void {
    this.#failNext = error;
  }

  takeFailure(): KafkaClientError | undefined {
    const failure = this.#failNext;
    this.#failNext = undefined;
    return failure;
  }

  join(member: InMemoryConsumer): void {
    this.#members.set(member.instanceId, member);
    this.rebalance();
  }

  leave(member: InMemoryConsumer): void {
    if (this.#members.get(member.instanceId) === member) this.#members.delete(member.instanceId);
  }

  /** Revokes everything and assigns it again. */
  rebalance(): void {
    for (const member of this.#members.values()) member.revoked();
    for (const member of this.#members.values()) {
      const partitions = member.topics.flatMap(topic =>
        this.logs(topic).map(({ partition }) => ({ topic, partition })),
      );
      member.assigned(partitions);
    }
  }

  #admin(): Admin {
    return {
      partitionCounts: async topics =>
        new Map(topics.flatMap(topic => (this.#topics.has(topic) ? [[topic, this.logs(topic).length] as const] : []))),
      createTopic: async (topic: string, { partitions }: TopicConfig) => this.createTopic(topic, partitions),
      close: async () => {},
    };
  }
}
