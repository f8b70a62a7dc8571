import type { ConsumerRecord } from '../../kafka/record.js';

/**
 * Returns the event time of a record, in milliseconds since the epoch (Java: `TimestampExtractor`). `value` is the
 * deserialized value, which may be null. `partitionTime` is the highest time extracted on that partition so far, -1 at
 * first.
 *
 * A negative result drops the record and counts it as dropped. If the extractor throws, or if its result is not a whole
 * number up to 8,640,000,000,000,000 (the last time of a Date), the record goes to the processing exception handler. In
 * Java an exception of an extractor always stops the application.
 *
 * ```ts
 * const paidAt: TimestampExtractor = (record, value, partitionTime) => {
 *   const time = Date.parse(String((value as { at?: unknown } | null)?.at));
 *   return Number.isNaN(time) ? Math.max(partitionTime, record.timestamp) : time;
 * };
 * builder.stream('paid', { timestampExtractor: paidAt });
 * ```
 */
export type TimestampExtractor = (record: ConsumerRecord, value: unknown, partitionTime: number) => number;

/**
 * Returns the timestamp of the record. Throws a RangeError if the record has none (Java: `FailOnInvalidTimestamp`, the
 * default).
 */
export const recordTimestamp: TimestampExtractor = record => {
  if (record.timestamp < 0) {
    throw new RangeError(`record ${record.topic}-${record.partition}@${record.offset} has no timestamp`);
  }
  return record.timestamp;
};
