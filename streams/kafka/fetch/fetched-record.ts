import type { ConsumerRecord, Headers } from '../record.js';

/**
 * A record whose key and value are views of its batch, made when they are asked for: two views a record would be a
 * third of its cost. What keeps a view keeps the whole batch in memory.
 */
export class FetchedRecord implements ConsumerRecord {
  declare readonly topic: string;
  declare readonly partition: number;
  declare readonly offset: number;
  declare readonly timestamp: number;
  declare readonly headers: Headers;
  readonly #bytes: Buffer;
  readonly #keyBegin: number;
  /** -1: it has no key. */
  readonly #keyLength: number;
  readonly #valueBegin: number;
  /** -1: it has no value. */
  readonly #valueLength: number;

  constructor(
    topic: string,
    partition: number,
    offset: number,
    timestamp: number,
    headers: Headers,
    bytes: Buffer,
    keyBegin: number,
    keyLength: number,
    valueBegin: number,
    valueLength: number,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.timestamp = timestamp;
    this.headers = headers;
    this.#bytes = bytes;
    this.#keyBegin = keyBegin;
    this.#keyLength = keyLength;
    this.#valueBegin = valueBegin;
    this.#valueLength = valueLength;
  }

  get key(): Buffer | null {
    return view(this.#bytes, this.#keyBegin, this.#keyLength);
  }

  get value(): Buffer | null {
    return view(this.#bytes, this.#valueBegin, this.#valueLength);
  }

  /** Bytes of key and value. */
  get size(): number {
    return Math.max(0, this.#keyLength) + Math.max(0, this.#valueLength);
  }
}

function view(bytes: Buffer, begin: number, length: number): Buffer | null {
  return length < 0 ? null : bytes.subarray(begin, begin + length);
}
