import type { Random } from '../../producer/generator/random.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import type { RawProducerRecord } from '../broker/raw-producer.js';
import type { RawRecord } from '../broker/record-batch.js';
import type { PausedInput } from './input.js';

type Headers = RawRecord['headers'];

interface Wishes {
  readonly headers?: Headers;
  readonly timestamp?: number;
  /** The email if not given. */
  readonly key?: Buffer | null;
}

/** No user of the input has such an id. */
const FIRST_ID = 1_000_000_000;
const IDS_OF_PAUSE = 1_000_000;
const HOUR_MS = 3_600_000;
/** Ahead of the records around it by so much, a record makes none of those late. */
const UNNOTICED_AHEAD_MS = 3000;
/** With its frame it fills what a broker takes by default. */
const LARGEST_VALUE = 1_048_400;
/** Cleaned, and with its key and headers, it is a record that a broker takes. */
const LARGEST_USER = 1_040_000;
/** The summary of a window has each. */
const LONG_COUNTRIES = 100;
const LONGEST_COUNTRY = 200;
const LONGEST_EMAIL = 640;
const LONGEST_GENDER = 50;

/** Headers by which the library recognizes its own records and dead letters. */
const RESERVED = [
  '__streams.time',
  '__streams.partial',
  '__streams.record',
  '__streams.base64',
  '__streams.errors.offset',
  '__streams.errors.partition',
];

/** Records that nobody expects, as any sender may write them: to be counted, rejected or late, and to disturb no other. */
export class HostileRecords {
  readonly #random: Random;
  readonly #partitions: number;
  readonly #time: number;
  readonly #firstId: number;
  readonly #records: RawProducerRecord[] = [];

  constructor(random: Random, partitions: number, { number, time }: Pick<PausedInput, 'number' | 'time'>) {
    this.#random = random;
    this.#partitions = partitions;
    this.#time = time;
    this.#firstId = FIRST_ID + number * IDS_OF_PAUSE;
  }

  /** In any order. */
  get all(): readonly RawProducerRecord[] {
    return this.#random.shuffle(this.#records);
  }

  addHeaders(): this {
    for (const name of RESERVED) {
      for (const value of this.#headerValues(name)) {
        const headers: Headers = [[name, value]];
        this.#user({}, { headers });
        this.#user({}, { headers: [['first', null], ...headers, ...headers] });
        this.#user({}, { headers, key: null });
        this.#raw(this.#watermarkRecord(), { headers, key: Buffer.from('key') });
        this.#raw(this.#watermarkRecord(), { headers, key: null });
      }
    }
    this.#user({}, { headers: [[Buffer.from([0xff, 0xfe]), Buffer.from([0xff])]], key: null });
    return this;
  }

  addValues(): this {
    const values = [
      null,
      Buffer.alloc(0),
      this.#bytes(16),
      this.#watermarkRecord(),
      Buffer.from('null'),
      Buffer.from([0xff]),
    ];
    for (const value of values) {
      for (const key of [null, this.#bytes(16), Buffer.from('key')]) this.#raw(value, { key });
    }
    this.#user({}, { key: null });
    this.#user({}, { key: this.#bytes(16) });
    return this;
  }

  addSizes(): this {
    this.#user({ note: this.#text(LARGEST_USER) });
    this.#raw(this.#bytes(LARGEST_VALUE), { key: null });
    this.#raw(this.#bytes(LARGEST_VALUE / 2), { headers: [['large', this.#bytes(LARGEST_VALUE / 4)]] });
    for (let number = 0; number < LONG_COUNTRIES; number++) this.#user({ country: this.#text(LONGEST_COUNTRY) });
    this.#user({ country: this.#text(LONGEST_COUNTRY + 1) });
    for (const length of [LONGEST_GENDER, LONGEST_GENDER + 1, 20 * LONGEST_GENDER]) {
      this.#user({ gender: this.#text(length) });
    }
    for (const length of [LONGEST_EMAIL, LONGEST_EMAIL + 1]) {
      const email = `${this.#text(length - '@example.com'.length)}@example.com`;
      this.#user({ email }, { key: Buffer.from(email) });
    }
    return this;
  }

  /** To be called when each partition has a time in each task: only then are records of the past late without a doubt. */
  addTimes(): this {
    const past = [1, 2, 24, 24 * 365].map(hours => this.#time - hours * HOUR_MS - this.#random.integer(0, HOUR_MS));
    for (const timestamp of [0, 1, ...past]) {
      this.#user({}, { timestamp });
      this.#raw(Buffer.from('no user'), { timestamp });
    }
    // None at all.
    this.#user({}, { timestamp: -1 });
    this.#user({}, { timestamp: this.#time + this.#random.integer(0, UNNOTICED_AHEAD_MS) });
    for (const ahead of [this.#time + 24 * HOUR_MS, 2 ** 43, 8_640_000_000_000_001, Number.MAX_SAFE_INTEGER]) {
      this.#user({}, { timestamp: ahead });
      this.#raw(Buffer.from('no user'), { timestamp: ahead });
    }
    return this;
  }

  /** A user as it should be, but for `fields`. */
  #user(fields: Readonly<Record<string, unknown>>, { key, ...wishes }: Wishes = {}): void {
    const id = this.#firstId + this.#records.length;
    const user = {
      id,
      first_name: 'Mallory',
      email: `mallory-${id}@example.com`,
      gender: 'Female',
      ip_address: '10.0.0.1',
      date: '10/12/2015',
      country: 'Hostile',
      ...fields,
    };
    this.#raw(Buffer.from(JSON.stringify(user)), { ...wishes, key: key === undefined ? Buffer.from(user.email) : key });
  }

  #raw(value: Buffer | null, { key = null, headers = [], timestamp = this.#time }: Wishes): void {
    const partition =
      key === null ? this.#random.integer(0, this.#partitions - 1) : partitionFor(key, this.#partitions);
    this.#records.push({ partition, key, value, headers, timestamp });
  }

  #headerValues(name: string): readonly (Buffer | null)[] {
    return [null, Buffer.from([1]), this.#watermarkRecord(), this.#bytes(16), Buffer.from('a\0b'), Buffer.from(name)];
  }

  /** What the library announces time by: of one of its tasks, far ahead. */
  #watermarkRecord(): Buffer {
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64BE(BigInt(this.#random.integer(0, this.#partitions - 1)));
    bytes.writeBigInt64BE(BigInt(this.#time + HOUR_MS), 8);
    return bytes;
  }

  #bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#random.integer(0, 255)));
  }

  #text(length: number): string {
    let text = '';
    while (text.length < length) text += this.#random.integer(0, 0xffff_ffff).toString(36);
    return text.slice(0, length);
  }
}
