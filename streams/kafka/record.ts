/** One header of a record. `value` is null if the header has none. */
export interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

export type Headers = readonly Header[];

/**
 * The largest size of key, value and headers of a record together. A broker with Kafka's default limit
 * (`message.max.bytes`, 1,048,588 a batch) accepts it even if compression saves nothing.
 */
export const MAX_RECORD_BYTES = 1_048_000;

export const NO_HEADERS: Headers = Object.freeze([]);

/** The headers for whoever keeps them: a processor may push further ones to those of the record in process. */
export function keptHeaders(headers: Headers): Headers {
  return headers === NO_HEADERS ? headers : [...headers];
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition as the key of a map, and in messages. */
export function partitionId({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A record in messages. */
export function recordId(record: TopicPartitionOffset): string {
  return `${partitionId(record)}@${record.offset}`;
}

export function placeOf({ topic, partition, offset }: TopicPartitionOffset): TopicPartitionOffset {
  return { topic, partition, offset };
}

/** A record as read from a partition. In a table, a null `value` is a tombstone. */
export interface ConsumerRecord extends TopicPartitionOffset {
  /** Milliseconds since the epoch. Negative if the record has none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** Bytes of key and value, if the record knows them without making either. */
  readonly size?: number;
}
