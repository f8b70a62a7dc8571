import { KafkaClientError, type UnreadableBatch } from '../ports.js';
import type { AssignedPartition } from './assigned-partition.js';
import { CorruptBatchError, OldFormatError } from './record-batch.js';

export const OFFSET_OUT_OF_RANGE = 1;
export const UNKNOWN_TOPIC_OR_PARTITION = 3;
const TOPIC_AUTHORIZATION_FAILED = 29;

/** The broker does not lead the partition, or does not have it at the moment. Names are Kafka's. */
const ASK_FOR_LEADER: Readonly<Record<number, string>> = {
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  9: 'REPLICA_NOT_AVAILABLE',
  56: 'KAFKA_STORAGE_ERROR',
  74: 'FENCED_LEADER_EPOCH',
  75: 'UNKNOWN_LEADER_EPOCH',
  78: 'OFFSET_NOT_AVAILABLE',
  100: 'UNKNOWN_TOPIC_ID',
  103: 'INCONSISTENT_TOPIC_ID',
};

/** True if the metadata must be asked again. */
export function isOfLeader(code: number): boolean {
  return Object.hasOwn(ASK_FOR_LEADER, code);
}

/** The error for the caller of a poll. undefined if the fetcher goes on by itself. */
export function pollErrorOf(code: number, topic: string): KafkaClientError | undefined {
  if (code !== TOPIC_AUTHORIZATION_FAILED) return undefined;
  return new KafkaClientError(`poll: Broker: Topic authorization failed (${topic})`, 'abort', code);
}

/** The batch at which the partition waits. undefined if the error is none of a batch. */
export function unreadableBatch({ topic, partition }: AssignedPartition, error: unknown): UnreadableBatch | undefined {
  const place = `${topic}-${partition} can't be read on from offset`;
  if (error instanceof CorruptBatchError) {
    const { offset } = error;
    const reason = `${place} ${offset}: the batch there is damaged: ${error.message}; it is fetched again and again`;
    return { topic, partition, offset, reason };
  }
  if (error instanceof OldFormatError) {
    const { offset } = error;
    const reason = `${place} ${offset}: ${error.message}; set KAFKA_FETCHER=librdkafka (in a program: fetcher)`;
    return { topic, partition, offset, reason };
  }
  return undefined;
}
