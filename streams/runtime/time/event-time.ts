/**
 * The highest timestamp of a record: the last one of a Date, in the year 275760. So END_OF_TIME is never reached, and
 * the ends of windows stay safe integers.
 */
export const MAX_TIMESTAMP = 8_640_000_000_000_000;

/**
 * True for a valid timestamp, and for a negative one, which means that the record has none. `latest`: at most
 * MAX_TIMESTAMP.
 */
export function isTimestamp(timestamp: number, latest: number): boolean {
  return timestamp <= latest && Number.isSafeInteger(timestamp);
}

/** The highest timestamp that is accepted at the time `now` of the wall clock. */
export function latestTimestamp(now: number, maxAheadMs: number): number {
  return Math.min(MAX_TIMESTAMP, now + maxAheadMs);
}

/** Says why a timestamp is not valid by `isTimestamp`. An extractor may have returned any value. */
export class InvalidTimestampError extends RangeError {
  constructor(timestamp: unknown, now: number, maxAheadMs: number) {
    super(`timestamp ${reason(timestamp, now, maxAheadMs)}`);
    this.name = 'InvalidTimestampError';
  }
}

function reason(timestamp: unknown, now: number, maxAheadMs: number): string {
  if (!Number.isSafeInteger(timestamp) || Number(timestamp) > MAX_TIMESTAMP) {
    const text = typeof timestamp === 'string' ? JSON.stringify(timestamp) : String(timestamp);
    return `${text} is no whole number of milliseconds from 0 to ${MAX_TIMESTAMP}`;
  }
  const ahead = Number(timestamp) - now;
  const iso = new Date(Number(timestamp)).toISOString();
  return `${timestamp} (${iso}) is ${ahead} ms ahead of the wall clock, more than the ${maxAheadMs} ms of maxTimestampAhead`;
}
