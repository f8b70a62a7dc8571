import type { GroupProtocol } from './group-protocol.js';
import type { ConsumerRecord, Headers, TopicPartition, TopicPartitionOffset } from './record.js';

export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. It may be set, forward and back. */
  now(): number;
  /** For intervals: milliseconds since some moment; it never goes back, whatever is done to the wall clock. */
  monotonic(): number;
}

export interface Watermarks {
  /** Offset of the oldest record that is still there. */
  readonly low: number;
  /** The end: of a consumer, how far it may read; of a producer, the offset that the next record will get. */
  readonly high: number;
}

/**
 * Told of changes of the group's assignment. They may be told in the middle of a poll; the assignment changes only
 * when the listener's owner answers with `assign` or `unassign`, at a time of its own.
 */
export interface RebalanceListener {
  onPartitionsAssigned(partitions: readonly TopicPartition[]): void;
  onPartitionsRevoked(partitions: readonly TopicPartition[]): void;
}

/** What one poll brought. */
export interface PolledBatch {
  /** In the order of their offsets by partition; empty if none arrived within the consumer's poll time-out. */
  readonly records: readonly ConsumerRecord[];
  /**
   * Partitions whose end, of what read_committed may read, was met behind the records of this batch: the offset where it was. Told
   * once, until more comes.
   */
  readonly ends: readonly TopicPartitionOffset[];
}

/** The batch at which a partition waits: it is compressed with a codec that this build of the client lacks. */
export interface UnreadableBatch {
  readonly topic: string;
  readonly partition: number;
  /** Of its first record. */
  readonly offset: number;
  /** Its name, such as `zstd`. */
  readonly codec: string;
  /** One line for a person: where, why, and what to do. */
  readonly reason: string;
}

/** A read_committed consumer. One poll may be in flight at a time. */
export interface Consumer {
  /** Resolves when the cluster answered. */
  connect(): Promise<void>;
  /** Joins the group of this consumer. */
  subscribe(topics: readonly string[], listener: RebalanceListener): void;
  /** None of them is paused, whatever was before. */
  assign(partitions: readonly TopicPartitionOffset[]): void;
  unassign(): void;
  /** Rejects, too, when a topic was deleted and created again since the consumer knows it: a new one is needed to read it. */
  poll(maxRecords: number): Promise<PolledBatch>;
  /** Where partitions can't be read on; polls bring nothing more of these until they are assigned again. The others go on. */
  readonly unreadable: readonly UnreadableBatch[];
  /**
   * The id of a topic of the subscription, the same for the life of the consumer: a topic that is created again under the same name has
   * another one. undefined if it is not known: brokers before 2.8 have no ids.
   */
  topicId(topic: string): Promise<string | undefined>;
  /**
   * Polls bring nothing of these partitions, neither records nor ends, until they are resumed or assigned again. What the client has
   * fetched ahead of them is dropped. Not to be called while a poll is in flight: what that poll takes might come twice.
   */
  pause(partitions: readonly TopicPartition[]): void;
  /** Partitions that were paused go on behind the last record that a poll brought; their ends are reported again. At any time. */
  resume(partitions: readonly TopicPartition[]): void;
  /** Stable committed offsets of the group; -1 where there is none. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  /** Asks the broker. The end is the last stable offset: what comes behind the first open transaction does not count. */
  watermarks(partition: TopicPartition): Promise<Watermarks>;
  /** With at_least_once; of a consumer that is no member only while its group has none (else it rejects). */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  close(): Promise<void>;
}

/** A record that the cluster has refused for good: to send it again would be refused again. */
export interface RefusedRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** `topic`: it holds for all records of the topic; `record`: for this one, or for one that was sent in a batch with it. */
  readonly scope: 'topic' | 'record';
  /** What the cluster says. */
  readonly reason: string;
}

/**
 * A producer with one transaction at a time. Every promise rejects with a `KafkaClientError`, whose kind tells what may be
 * done about it.
 */
export interface Producer {
  connect(): Promise<void>;
  initTransactions(): Promise<void>;
  beginTransaction(): Promise<void>;
  /** Queues the record. Returns false, and takes nothing, when the queue of the client is full. */
  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean;
  /** Offsets become the group's with the transaction. The group metadata of `consumer` fences zombies (KIP-447). */
  sendOffsetsToTransaction(offsets: readonly TopicPartitionOffset[], consumer: Consumer): Promise<void>;
  /** Waits for the delivery of all that was sent. */
  commitTransaction(): Promise<void>;
  abortTransaction(): Promise<void>;
  /** Waits for the delivery of all that was sent. Rejects if something was not delivered: it is lost, unless it is sent again. */
  flush(): Promise<void>;
  /** What was refused since this was last called: all of it when `flush`, a commit or an abort has settled. */
  takeRefused(): readonly RefusedRecord[];
  /** Asks the broker. The end is the high watermark, open transactions included. */
  watermarks(partition: TopicPartition): Promise<Watermarks>;
  close(): Promise<void>;
}

export interface TopicConfig {
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Admin {
  /** Partition counts of those of the topics that exist. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Creates the topic; a topic that exists is left as it is. */
  createTopic(topic: string, config: TopicConfig): Promise<void>;
  /** Adds partitions to a topic, so that it has `total`. Nothing is done if it has them. */
  createPartitions(topic: string, total: number): Promise<void>;
  /** Deletes the topic and all that is in it. Nothing is done if it does not exist. */
  deleteTopic(topic: string): Promise<void>;
  close(): Promise<void>;
}

/** The four ports through which the runtime meets the world. */
export interface Ports {
  readonly clock: Clock;
  consumer(options: ConsumerOptions): Consumer;
  producer(options: ProducerOptions): Producer;
  admin(): Admin;
}

export interface ConsumerOptions {
  readonly clientId: string;
  /** Absent for a consumer that is only assigned. It still reads the group's committed offsets if it has one. */
  readonly groupId?: string;
  readonly groupInstanceId?: string;
  /** Of a consumer with a group; `classic` if not given. */
  readonly groupProtocol?: GroupProtocol;
  readonly pollTimeoutMs: number;
}

export interface ProducerOptions {
  readonly clientId: string;
  /** Absent: not transactional. */
  readonly transactionalId?: string;
  /** After so long the broker aborts a transaction that was left open; milliseconds, 60,000 if not given. */
  readonly transactionTimeoutMs?: number;
}

/**
 * What a failed call of a client allows:
 * `retriable`: the same call again; `abort`: abort the transaction and begin anew from the committed offsets; `fatal`: only
 * a new client helps (fenced by a newer instance, or not authorized).
 */
export type ClientErrorKind = 'retriable' | 'abort' | 'fatal';

export class KafkaClientError extends Error {
  readonly kind: ClientErrorKind;
  readonly code: number;

  constructor(message: string, kind: ClientErrorKind, code: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaClientError';
    this.kind = kind;
    this.code = code;
  }
}
