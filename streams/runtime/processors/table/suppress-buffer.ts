import { readInt64, writeInt64 } from '../../../../stores/encoding/int64.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { Serde } from '../../../dsl/serde/serdes.js';
import type { Headers } from '../../../kafka/record.js';

/** An update that suppress holds back. */
export interface BufferedChange {
  readonly key: unknown;
  readonly change: Change<unknown>;
  readonly timestamp: number;
  readonly headers: Headers;
  /** What decides when it is due: the end of its window, or the timestamp of the key's first update. */
  readonly bufferTime: number;
}

const ABSENT = -1;

/** Buffer time and timestamp (8 bytes each), then old value, new value and headers, each with its length (4 bytes, -1: null). */
export function encodeBuffered(buffered: BufferedChange, serde: Serde<unknown>): Buffer {
  const times = Buffer.allocUnsafe(16);
  writeInt64(times, buffered.bufferTime, 0);
  writeInt64(times, buffered.timestamp, 8);
  const { oldValue, newValue } = buffered.change;
  const headers = buffered.headers.map(({ key, value }) => [key, value === null ? null : value.toString('base64')]);
  return Buffer.concat([
    times,
    ...field(oldValue === null ? null : serde.serialize(oldValue)),
    ...field(newValue === null ? null : serde.serialize(newValue)),
    ...field(headers.length === 0 ? null : Buffer.from(JSON.stringify(headers))),
  ]);
}

export function decodeBuffered(bytes: Buffer, key: unknown, serde: Serde<unknown>): BufferedChange {
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
  return {
    key,
    change: {
      oldValue: oldValue === null ? null : serde.deserialize(oldValue),
      newValue: newValue === null ? null : serde.deserialize(newValue),
    },
    headers: headers === null ? [] : decodeHeaders(headers),
    bufferTime: readInt64(bytes, 0),
    timestamp: readInt64(bytes, 8),
  };
}

function field(bytes: Buffer | null): Buffer[] {
  const length = Buffer.allocUnsafe(4);
  length.writeInt32BE(bytes === null ? ABSENT : bytes.length, 0);
  return bytes === null ? [length] : [length, bytes];
}

function decodeHeaders(bytes: Buffer): Headers {
  const pairs = JSON.parse(bytes.toString()) as [string, string | null][];
  return pairs.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value, 'base64') }));
}
