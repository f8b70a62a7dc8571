import type { Header } from '../../kafka/record.js';

/** What `forward` takes. A record of a processor has these members, and so has an object that is spread from one. */
export interface ForwardedRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch. A negative one stops the application, as in Java. */
  readonly timestamp: number;
  /** Default: none. */
  readonly headers?: readonly Header[];
}

/**
 * A record in a processor (Java: `processor.api.Record`). The methods return a changed copy, and so does a spread:
 * `{ ...record, value }`.
 *
 * ```ts
 * const dated = clicks.process<string, string>(context => record => {
 *   context.forward(record.withValue(record.value.page).withHeaders([{ key: 'source', value: Buffer.from('web') }]));
 * });
 * dated.to('pages', { valueSerde: Serdes.string() });
 * ```
 */
export class ProcessorRecord<K, V> implements ForwardedRecord<K, V> {
  readonly key: K;
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /**
   * The headers of the record that was received are those of the record in process, as in Java: the nodes that get it
   * later see a header that is pushed to them. A changed copy of the record has headers of its own, and so has each
   * result of an operator.
   */
  readonly headers: Header[];

  /** Copies the headers, as Java's constructor does. */
  constructor(key: K, value: V, timestamp: number, headers?: readonly Header[]);
  /** @internal With `isReceived` the headers are those of the record in process. */
  constructor(key: K, value: V, timestamp: number, headers: readonly Header[], isReceived: boolean);
  constructor(key: K, value: V, timestamp: number, headers: readonly Header[] = [], isReceived = false) {
    this.key = key;
    this.value = value;
    this.timestamp = timestamp;
    // The inputs of a task with a processor copy the headers of each record, so they may be changed.
    this.headers = isReceived ? (headers as Header[]) : [...headers];
  }

  withKey<KR>(key: KR): ProcessorRecord<KR, V> {
    return new ProcessorRecord(key, this.value, this.timestamp, this.headers);
  }

  withValue<VR>(value: VR): ProcessorRecord<K, VR> {
    return new ProcessorRecord(this.key, value, this.timestamp, this.headers);
  }

  /** @param timestamp milliseconds since the epoch */
  withTimestamp(timestamp: number): ProcessorRecord<K, V> {
    return new ProcessorRecord(this.key, this.value, timestamp, this.headers);
  }

  withHeaders(headers: readonly Header[]): ProcessorRecord<K, V> {
    return new ProcessorRecord(this.key, this.value, this.timestamp, headers);
  }
}

/**
 * A record in a processor that must not change the key (Java: `FixedKeyRecord`). Only the library makes one, so each has
 * the key of a record that was received.
 */
export class FixedKeyRecord<K, V> {
  readonly #key: K;
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** A copy: what is pushed to it shows only on records that are forwarded afterwards, as in Java. */
  readonly headers: Header[];

  /** @internal */
  constructor(key: K, value: V, timestamp: number, headers: Header[]) {
    this.#key = key;
    this.value = value;
    this.timestamp = timestamp;
    this.headers = headers;
  }

  get key(): K {
    return this.#key;
  }

  withValue<VR>(value: VR): FixedKeyRecord<K, VR> {
    return new FixedKeyRecord(this.#key, value, this.timestamp, [...this.headers]);
  }

  /** @param timestamp milliseconds since the epoch */
  withTimestamp(timestamp: number): FixedKeyRecord<K, V> {
    return new FixedKeyRecord(this.#key, this.value, timestamp, [...this.headers]);
  }

  withHeaders(headers: readonly Header[]): FixedKeyRecord<K, V> {
    return new FixedKeyRecord(this.#key, this.value, this.timestamp, [...headers]);
  }
}
