import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { readInt64, writeInt64 } from '../encoding/int64.js';
import type { KeyCodec, StateKey } from '../encoding/state-key.js';
import { KeyRows } from './key-rows.js';
import { COMPACTED, type KindOfStore, NOT_QUERIED, type StoreShape } from './store-kind.js';

/**
 * The updates of a table that `suppress` holds back. Key: the serialized key. Value: the update with its times and
 * headers. Changelog: one record for each row, compacted.
 */
export class SuppressionKind implements KindOfStore {
  readonly kind = 'suppression';
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = NOT_QUERIED;
  readonly shape: StoreShape;

  constructor(until: 'timeLimit' | 'windowCloses') {
    this.shape = Object.freeze({
      kind: until === 'timeLimit' ? 'suppressUntilTimeLimit' : 'suppressUntilWindowCloses',
    });
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): SuppressionStore<K, V> {
    return new SuppressionStore(bytes, keys, values);
  }
}

/** An update that `suppress` holds back. */
export interface BufferedChange<K, V> {
  readonly key: K;
  /** A null value means that there is no row. */
  readonly change: { readonly newValue: V | null; readonly oldValue: V | null };
  /** The value before the first update that is held back. null: there was no row, or it is not known. */
  readonly priorValue: V | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
  /**
   * The time that decides when the update is due: the end of its window, or the timestamp of the first update of the
   * key.
   */
  readonly bufferTime: number;
  /** Where the record of the update was read. undefined if nobody asks for it. */
  readonly place?: { readonly topic: string; readonly partition: number; readonly offset: number } | undefined;
}

/** The last update of each key that is held back. */
export class SuppressionStore<K, V> extends KeyRows<K, V> {
  get(row: StateKey): BufferedChange<K, V> | null {
    const bytes = this.bytes.get(row);
    return bytes === null ? null : decode(bytes, this.keyOf(row), this.values);
  }

  put(row: StateKey, buffered: BufferedChange<K, V>): void {
    this.bytes.put(row, encode(buffered, this.values));
  }

  delete(row: StateKey): void {
    this.bytes.put(row, null);
  }

  /** All updates, in the order of the serialized keys. */
  async all(): Promise<(readonly [StateKey, BufferedChange<K, V>])[]> {
    return (await this.bytes.entries()).map(([row, bytes]) => [row, decode(bytes, this.keyOf(row), this.values)]);
  }
}

const ABSENT = -1;
/** Stands first among the headers, where it is. No header of a record has four texts. */
const PLACE = 'place';

/**
 * Buffer time and timestamp (8 bytes each), then the old value, the new value, the headers with the place of the record
 * and the value before them all. Each of these has its length before it (4 bytes, -1 for null). The last one is left out if it is null.
 */
function encode<V>(
  { change, priorValue, timestamp, headers, bufferTime, place }: BufferedChange<unknown, V>,
  values: Codec<V>,
): Buffer {
  const times = Buffer.allocUnsafe(16);
  writeInt64(times, bufferTime, 0);
  writeInt64(times, timestamp, 8);
  const { oldValue, newValue } = change;
  const texts = headers.map(({ key, value }) => [key, value === null ? null : value.toString('base64')]);
  if (place !== undefined) texts.unshift([PLACE, place.topic, `${place.partition}`, `${place.offset}`]);
  return Buffer.concat([
    times,
    ...field(oldValue === null ? null : values.serialize(oldValue)),
    ...field(newValue === null ? null : values.serialize(newValue)),
    ...field(texts.length === 0 ? null : Buffer.from(JSON.stringify(texts))),
    ...(priorValue === null ? [] : field(values.serialize(priorValue))),
  ]);
}

function decode<K, V>(bytes: Buffer, key: K, values: Codec<V>): BufferedChange<K, V> {
  let offset = 16;
  const next = (): Buffer | null => {
    const length = bytes.readInt32BE(offset);
    offset += 4;
    if (length === ABSENT) return null;
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  const oldValue = next();
  const newValue = next();
  const headers = next();
  const priorValue = offset === bytes.length ? null : next();
  return {
    key,
    change: {
      oldValue: oldValue === null ? null : values.deserialize(oldValue),
      newValue: newValue === null ? null : values.deserialize(newValue),
    },
    priorValue: priorValue === null ? null : values.deserialize(priorValue),
    ...(headers === null ? { headers: [] } : decodeHeaders(headers)),
    bufferTime: readInt64(bytes, 0),
    timestamp: readInt64(bytes, 8),
  };
}

function field(bytes: Buffer | null): Buffer[] {
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(bytes === null ? ABSENT : bytes.length, 0);
  return bytes === null ? [length] : [length, bytes];
}

function decodeHeaders(bytes: Buffer): Pick<BufferedChange<unknown, unknown>, 'headers' | 'place'> {
  const texts = JSON.parse(bytes.toString()) as [string, string | null, ...string[]][];
  const [first] = texts;
  const headersOf = (pairs: typeof texts) =>
    pairs.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value, 'base64') }));
  if (first?.length !== 4) return { headers: headersOf(texts) };
  const [, topic, partition, offset] = first;
  return {
    headers: headersOf(texts.slice(1)),
    place: { topic: topic ?? '', partition: Number(partition), offset: Number(offset) },
  };
}
