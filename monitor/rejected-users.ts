import type { ConsumerRecord, Header, Headers } from 'tributary/kafka';
import type { RejectedSource, RejectedUser } from './snapshot.js';

const KEPT = 20;
/** Each snapshot has all records that are kept, and a page gets a snapshot each second. */
const MAX_VALUE_BYTES = 500;
const MAX_REASON_BYTES = 300;
/** No topic has a longer name. */
const MAX_TOPIC_BYTES = 249;

/** The users that were rejected last, from the dead-letter topic. */
export class RejectedUsers {
  #latest: readonly RejectedUser[] = [];

  /** Newest first: the last 20. */
  get latest(): readonly RejectedUser[] {
    return this.#latest;
  }

  /**
   * Takes the next record of the topic, whatever it contains.
   *
   * @param live false for a record that the topic already had when the reading began
   */
  apply(record: ConsumerRecord, live: boolean): void {
    const place = live ? 0 : this.#placeOf(record);
    if (place < KEPT) this.#latest = this.#latest.toSpliced(place, 0, rejectedUser(record)).slice(0, KEPT);
  }

  /** What was read is void: the topic is read again, or does not exist any more. */
  reset(): void {
    this.#latest = [];
  }

  /**
   * Existing records are read partition after partition, so only their timestamps give an order. Later records arrive
   * in the order of rejection. For these a timestamp of the future, which a producer may choose, must not keep a record
   * on top.
   */
  #placeOf({ timestamp }: ConsumerRecord): number {
    const place = this.#latest.findIndex(({ at }) => at <= timestamp);
    return place < 0 ? this.#latest.length : place;
  }
}

function rejectedUser({ partition, offset, timestamp, value, headers }: ConsumerRecord): RejectedUser {
  return {
    partition,
    offset,
    at: timestamp,
    reason: textOf(errorHeader(headers, 'message'), MAX_REASON_BYTES),
    value: textOf(value, MAX_VALUE_BYTES),
    source: sourceOf(headers),
  };
}

function sourceOf(headers: Headers): RejectedSource | null {
  const topic = textOf(errorHeader(headers, 'topic'), MAX_TOPIC_BYTES);
  const partition = integerOf(errorHeader(headers, 'partition'));
  const offset = integerOf(errorHeader(headers, 'offset'));
  if (topic === null || partition === null || offset === null || partition < 0 || offset < 0) return null;
  return { topic, partition, offset, timestamp: integerOf(errorHeader(headers, 'timestamp')) };
}

/** The last header of the name. Earlier ones came with the user. */
function errorHeader(headers: Headers, name: string): Header['value'] {
  return headers.findLast(({ key }) => key === `__streams.errors.${name}`)?.value ?? null;
}

function integerOf(bytes: Buffer | null): number | null {
  const text = bytes === null ? '' : bytes.toString('latin1');
  return /^-?\d{1,19}$/.test(text) ? Number(text) : null;
}

function textOf(bytes: Buffer | null, maxBytes: number): string | null {
  if (bytes === null || bytes.length <= maxBytes) return bytes?.toString() ?? null;
  // In streaming mode the decoder leaves out a character that is cut in two.
  return `${new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })}…`;
}
