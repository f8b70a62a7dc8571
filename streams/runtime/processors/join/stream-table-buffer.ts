import type { Codec } from '../../../../stores/encoding/codec.js';
import { type KeyCodec, keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { TimeBucketsStore } from '../../../../stores/kinds/time-buckets-store.js';
import type { RecordMetadata } from '../../../dsl/processor/processor.js';
import type { Headers } from '../../../kafka/record.js';
import { TimedPlaces } from '../timed-places.js';

/** A record that waits. */
export interface HeldRecord {
  readonly value: unknown;
  readonly headers: Headers;
  /** Where it was read. undefined if nobody asks for it. */
  readonly place: RecordMetadata | undefined;
}

/**
 * Records of a stream that wait for the rows of their time (Java: `RocksDBTimeOrderedKeyValueBuffer`). They leave by
 * timestamp, then by the bytes of the key, then in the order of arrival.
 */
export class StreamTableBuffer {
  readonly #store: TimeBucketsStore<unknown, HeldRecord>;
  readonly #keys: KeyCodec<unknown>;
  readonly #places = new TimedPlaces();

  constructor(store: TimeBucketsStore<unknown, HeldRecord>, keys: KeyCodec<unknown>) {
    this.#store = store;
    this.#keys = keys;
  }

  async init(): Promise<void> {
    for (const { key, time } of await this.#store.all()) this.#place(key, time);
  }

  add(key: unknown, timestamp: number, held: HeldRecord): void {
    this.#store.put(key, timestamp, held);
    this.#place(key, timestamp);
  }

  /** Removes the records up to `time`, and passes them to `release`. */
  releaseUpTo(time: number, release: (key: unknown, held: HeldRecord, timestamp: number) => void): void {
    for (let place = this.#places.first; place !== undefined && place.time <= time; place = this.#places.first) {
      const { key, time: timestamp, row } = place;
      const due: HeldRecord[] = [];
      for (const { value } of this.#store.fetch(key, timestamp, timestamp)) due.push(value);
      this.#places.remove(timestamp, row);
      this.#store.delete(key, timestamp);
      for (const held of due) release(key, held, timestamp);
    }
  }

  #place(key: unknown, time: number): void {
    this.#places.add({ key, time, row: keyToStateKey(this.#keys, key) });
  }
}

type Pair = readonly [key: string, value: string | null];
type Place = readonly [topic: string, partition: number, offset: number];

/** The length of the description (4 bytes), the description, the bytes of the value. */
export function heldRecordCodec(values: Codec<unknown>): Codec<HeldRecord> {
  return {
    serialize(held) {
      const text = Buffer.from(described(held));
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(text.length, 0);
      return Buffer.concat([length, text, values.serialize(held.value)]);
    },
    deserialize(bytes) {
      const end = 4 + bytes.readUInt32BE(0);
      return { ...read(bytes.toString('utf8', 4, end)), value: values.deserialize(bytes.subarray(end)) };
    },
  };
}

/** JSON: the headers, with their values as base64; with a place, an object of both. */
function described({ headers, place }: HeldRecord): string {
  const pairs = headers.map(({ key, value }): Pair => [key, value === null ? null : value.toString('base64')]);
  if (place === undefined) return JSON.stringify(pairs);
  return JSON.stringify({ headers: pairs, place: [place.topic, place.partition, place.offset] satisfies Place });
}

function read(text: string): Pick<HeldRecord, 'headers' | 'place'> {
  const parsed = JSON.parse(text) as readonly Pair[] | { readonly headers: readonly Pair[]; readonly place: Place };
  const { headers: pairs, place } = 'place' in parsed ? parsed : { headers: parsed, place: undefined };
  const headers = pairs.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value, 'base64') }));
  if (place === undefined) return { headers, place };
  const [topic, partition, offset] = place;
  return { headers, place: { topic, partition, offset } };
}
