/** One header of a record; `value` is null where the header has none. */
export interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

export type Headers = readonly Header[];

/**
 * What key, value and headers of a record may have together, so that a broker with Kafka's default limit (`message.max.bytes`
 * 1,048,588 a batch) takes it even if compression gains nothing.
 */
export const MAX_RECORD_BYTES = 1_048_000;

export const NO_HEADERS: Headers = Object.freeze([]);

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A record as it was read from a partition. A null `value` is a tombstone where a table is meant. */
export interface ConsumerRecord extends TopicPartitionOffset {
  /** Milliseconds since the epoch; negative where the record has none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}
