import type { ConsumerRecord, Header, Headers } from 'tributary/kafka';
import type { RejectedSource, RejectedUser } from './snapshot.js';

const KEPT = 20;
/** Each snapshot has all that is kept: a page gets it each second. */
const MAX_VALUE_BYTES = 500;
const MAX_REASON_BYTES = 300;
/** No name of a topic is longer. */
const MAX_TOPIC_BYTES = 249;

/** The users that were rejected last, as the dead-letter topic has them. */
export class RejectedUsers {
  #latest: readonly RejectedUser[] = [];

  /** Newest first: the last 20. */
  get latest(): readonly RejectedUser[] {
    return this.#latest;
  }

  /**
   * Takes the next record of the topic, whatever is in it.
   *
   * @param live false for a record that the topic had when it was first read
   */
  apply(record: ConsumerRecord, live: boolean): void {
    const place = live ? 0 : this.#placeOf(record);
    if (place < KEPT) this.#latest = this.#latest.toSpliced(place, 0, rejectedUser(record)).slice(0, KEPT);
  }

  /** What was read is void: the topic is read again, or it is gone. */
  reset(): void {
    this.#latest = [];
  }

  /**
   * What the topic had is read partition after partition, so only timestamps put it in order. What comes after that comes in the order of
   * rejection: there a timestamp of the future, which a producer may choose, does not stay on top.
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

/** The last one of the name: those before it came with the user. */
function errorHeader(headers: Headers, name: string): Header['value'] {
  return headers.findLast(({ key }) => key === `__streams.errors.${name}`)?.value ?? null;
}

function integerOf(bytes: Buffer | null): number | null {
  const text = bytes === null ? '' : bytes.toString('latin1');
  return /^-?\d{1,19}$/.test(text) ? Number(text) : null;
}

function textOf(bytes: Buffer | null, maxBytes: number): string | null {
  if (bytes === null || bytes.length <= maxBytes) return bytes?.toString() ?? null;
  // With more to come, the decoder leaves out a character that the cut goes through.
  return `${new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true })}…`;
}
