import type { ConsumerRecord } from '../../kafka/record.js';

/**
 * The event time of a record, in milliseconds since the epoch. `partitionTime` is the highest time extracted on that
 * partition so far, -1 at first. A negative result drops the record, counted. If the extractor throws, or its result is
 * not a whole number up to 8,640,000,000,000,000 (the last time of a Date), the record goes to the processing exception
 * handler (Java: `TimestampExtractor`, whose errors always stop the application).
 */
export type TimestampExtractor = (record: ConsumerRecord, value: unknown, partitionTime: number) => number;

/** The timestamp of the record. Throws if it has none (Java: `FailOnInvalidTimestamp`, the default). */
export const recordTimestamp: TimestampExtractor = record => {
  if (record.timestamp < 0) {
    throw new RangeError(`record ${record.topic}-${record.partition}@${record.offset} has no timestamp`);
  }
  return record.timestamp;
};
