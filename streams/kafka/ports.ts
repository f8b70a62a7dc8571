import type { GroupProtocol } from './group-protocol.js';
import type { ConsumerRecord, Headers, TopicPartition, TopicPartitionOffset } from './record.js';

export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. It may be set forward and back. */
  now(): number;
  /** Monotonic clock for intervals, in milliseconds. It never goes back, whatever happens to the wall clock. */
  monotonic(): number;
}

export interface PartitionOffsets {
  /** Offset of the oldest existing record. */
  readonly low: number;
  /** The end. For a consumer: how far it may read. For a producer: the offset of the next record. */
  readonly high: number;
}

/**
 * Gets the changes of the group's assignment, possibly in the middle of a poll. The assignment changes only when the
 * listener's owner calls `assign` or `unassign`, whenever it is ready.
 */
export interface RebalanceListener {
  onPartitionsAssigned(partitions: readonly TopicPartition[]): void;
  onPartitionsRevoked(partitions: readonly TopicPartition[]): void;
}

/** The result of one poll. */
export interface PolledBatch {
  /** By partition in the order of their offsets. Empty if none arrived within the consumer's poll time-out. */
  readonly records: readonly ConsumerRecord[];
  /**
   * Partitions whose end this batch reached, as read_committed sees it: the last stable offset. Reported once, until
   * new records arrive.
   */
  readonly ends: readonly TopicPartitionOffset[];
}

/** A batch at which a partition waits: its compression codec is not available, or it is damaged. */
export interface UnreadableBatch {
  readonly topic: string;
  readonly partition: number;
  /** The offset of its first record. */
  readonly offset: number;
  /** Name of the codec that this build of the client lacks, such as `zstd`. */
  readonly codec?: string;
  /** One line for a person: the place, the reason and the remedy. */
  readonly reason: string;
}

/** A read_committed consumer. One poll may be in flight at a time. */
export interface Consumer {
  /** Resolves when the cluster has answered. */
  connect(): Promise<void>;
  /** Joins the group of this consumer. */
  subscribe(topics: readonly string[], listener: RebalanceListener): void;
  /** Reads these partitions. None of them is paused, even if it was before. */
  assign(partitions: readonly TopicPartitionOffset[]): void;
  unassign(): void;
  /**
   * Rejects also if a topic was deleted and created again since the consumer first knew it. Reading it needs a new
   * consumer.
   */
  poll(maxRecords: number): Promise<PolledBatch>;
  /**
   * Batches that partitions can't get past. Polls return nothing more of these partitions until they are assigned
   * again, or until a damaged batch is whole. The other partitions go on.
   */
  readonly unreadable: readonly UnreadableBatch[];
  /**
   * The id of a subscribed topic. It never changes for the life of the consumer: a topic that is created again under
   * the same name has another id. undefined if it is unknown. Brokers before 2.8 have no ids.
   */
  topicId(topic: string): Promise<string | undefined>;
  /**
   * Polls return nothing of these partitions, neither records nor ends, until they are resumed or assigned again. The
   * client drops what it has fetched ahead. Must not be called while a poll is in flight: its records might be returned
   * twice.
   */
  pause(partitions: readonly TopicPartition[]): void;
  /**
   * Paused partitions continue after the last record that a poll returned. Their ends are reported again. May be called
   * at any time.
   */
  resume(partitions: readonly TopicPartition[]): void;
  /** Stable committed offsets of the group. -1 if there is none. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  /** Asks the broker. The end is the last stable offset: records after the first open transaction do not count. */
  partitionOffsets(partition: TopicPartition): Promise<PartitionOffsets>;
  /**
   * For at_least_once. A consumer that is not a member may commit only while its group has no members. Otherwise it
   * rejects.
   */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  close(): Promise<void>;
}

/** A record that the cluster has refused permanently. It would refuse it again. */
export interface RefusedRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /**
   * `topic`: the refusal is valid for all records of the topic. `record`: it is valid for this record, or for another
   * one of the same batch.
   */
  readonly scope: 'topic' | 'record';
  /** The text of the cluster. */
  readonly reason: string;
}

/**
 * A producer with one transaction at a time. Every promise rejects with a `KafkaClientError`, whose kind says what the
 * caller may do.
 */
export interface Producer {
  connect(): Promise<void>;
  initTransactions(): Promise<void>;
  beginTransaction(): Promise<void>;
  /** Queues the record. Returns false, and takes nothing, if the client's queue is full. */
  send(
    topic: string,
    partition: number,
    key: Buffer | null,
    value: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): boolean;
  /** The group gets these offsets with the transaction. The group metadata of `consumer` fences zombies (KIP-447). */
  sendOffsetsToTransaction(offsets: readonly TopicPartitionOffset[], consumer: Consumer): Promise<void>;
  /** Waits for the delivery of everything that was sent. */
  commitTransaction(): Promise<void>;
  abortTransaction(): Promise<void>;
  /**
   * Waits for the delivery of everything that was sent. Rejects if a record was not delivered. It is lost unless it is
   * sent again.
   */
  flush(): Promise<void>;
  /** The refused records since the last call. Complete when `flush`, a commit or an abort has settled. */
  takeRefused(): readonly RefusedRecord[];
  /** Asks the cluster for the number of partitions of a topic. Resolves to 0 if the topic does not exist. */
  partitionCount(topic: string): Promise<number>;
  /** Asks the broker. The end is the high watermark, which includes open transactions. */
  partitionOffsets(partition: TopicPartition): Promise<PartitionOffsets>;
  close(): Promise<void>;
}

export interface TopicConfig {
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Admin {
  /** Partition counts of the existing topics among these; absent: of all topics of the cluster. */
  partitionCounts(topics?: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Creates the topic. An existing topic is left as it is. */
  createTopic(topic: string, config: TopicConfig): Promise<void>;
  /** Adds partitions to a topic until it has `total`. Does nothing if it has them. */
  createPartitions(topic: string, total: number): Promise<void>;
  /** Deletes the topic with its records. Does nothing if it does not exist. */
  deleteTopic(topic: string): Promise<void>;
  close(): Promise<void>;
}

/** The four ports between the runtime and the outside world. */
export interface Ports {
  readonly clock: Clock;
  consumer(options: ConsumerOptions): Consumer;
  producer(options: ProducerOptions): Producer;
  admin(): Admin;
}

export interface ConsumerOptions {
  readonly clientId: string;
  /** Absent for a consumer that only uses `assign`. With a group it can still read the group's committed offsets. */
  readonly groupId?: string;
  readonly groupInstanceId?: string;
  /**
   * True: the consumer knows the ids of its topics, and its polls reject if a topic was deleted and created again. False:
   * it goes on with the topic that has the name. Default: true for a consumer with a group.
   */
  readonly followsTopicIds?: boolean;
  /** For a consumer with a group. Default: `classic`. */
  readonly groupProtocol?: GroupProtocol;
  readonly pollTimeoutMs: number;
}

export interface ProducerOptions {
  readonly clientId: string;
  /** Absent: not transactional. */
  readonly transactionalId?: string;
  /** The broker aborts an open transaction after this time, in milliseconds. Default: 60,000. */
  readonly transactionTimeoutMs?: number;
  /**
   * false: a record may be there twice after a failure, but the first one needs no producer id of the cluster, which
   * librdkafka may wait 500 ms for. Default: true.
   */
  readonly idempotent?: boolean;
}

/**
 * What the caller may do after a failed call. `retriable`: repeat the call. `abort`: abort the transaction, and start
 * again from the committed offsets. `fatal`: only a new client helps (fenced by a newer instance, or not authorized).
 */
export type ClientErrorKind = 'retriable' | 'abort' | 'fatal';

/** The broker's `REQUEST_TIMED_OUT`, and librdkafka's `ERR__TIMED_OUT` and `ERR__TRANSPORT`. */
const UNANSWERED: ReadonlySet<number> = new Set([7, -185, -195]);

export class KafkaClientError extends Error {
  readonly kind: ClientErrorKind;
  readonly code: number;

  constructor(message: string, kind: ClientErrorKind, code: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaClientError';
    this.kind = kind;
    this.code = code;
  }

  /** True if the cluster has not answered in time, or could not be reached. */
  get isUnanswered(): boolean {
    return UNANSWERED.has(this.code);
  }
}
