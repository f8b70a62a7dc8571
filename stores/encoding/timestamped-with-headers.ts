import type { Codec } from './codec.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from './timestamped.js';
import { readVarint, sizeOfVarint, writeVarint } from './varint.js';

/** One header of a record. `value` is null if the header has none. */
export interface RowHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A value with the timestamp and the headers of its record (Java: `ValueTimestampHeaders`, KIP-1271). */
export interface ValueTimestampHeaders<V> extends ValueAndTimestamp<V> {
  readonly headers: readonly RowHeader[];
}

/** Length of an absent value. */
const ABSENT = -1;

/**
 * The codec of rows that are a value, its timestamp and its headers, with the bytes of Java's
 * `ValueTimestampHeadersSerializer`: the length of the headers, the headers, the timestamp (8 bytes), the value. Headers
 * are their number, then key and value of each with their lengths. Lengths and the number are varints. Without headers
 * the length is 0 and no number follows.
 */
export function headersCodec<V>(values: Codec<V>): Codec<ValueTimestampHeaders<V>> {
  return {
    serialize({ value, timestamp, headers }) {
      const encoded = encodeHeaders(headers);
      const length = Buffer.allocUnsafe(sizeOfVarint(encoded.length));
      writeVarint(length, encoded.length, 0);
      return Buffer.concat([length, encoded, encodeTimestamped(values, value, timestamp)]);
    },
    deserialize(bytes) {
      const { value: length, end: start } = readVarint(bytes, 0);
      const end = start + length;
      const headers = length === 0 ? [] : decodeHeaders(bytes.subarray(start, end));
      return { ...decodeTimestamped(values, bytes.subarray(end)), headers };
    },
  };
}

function encodeHeaders(headers: readonly RowHeader[]): Buffer {
  if (headers.length === 0) return Buffer.alloc(0);
  const parts: Buffer[] = [varint(headers.length)];
  for (const { key, value } of headers) {
    const name = Buffer.from(key);
    parts.push(varint(name.length), name, varint(value === null ? ABSENT : value.length));
    if (value !== null) parts.push(value);
  }
  return Buffer.concat(parts);
}

function decodeHeaders(bytes: Buffer): RowHeader[] {
  let offset = 0;
  const next = (): number => {
    const { value, end } = readVarint(bytes, offset);
    offset = end;
    return value;
  };
  const take = (length: number): Buffer => {
    offset += length;
    // A copy, because the bytes of the row are shared.
    return Buffer.from(bytes.subarray(offset - length, offset));
  };
  const headers: RowHeader[] = [];
  for (let left = next(); left > 0; left--) {
    const key = take(next()).toString();
    const length = next();
    headers.push({ key, value: length === ABSENT ? null : take(length) });
  }
  return headers;
}

function varint(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeOfVarint(value));
  writeVarint(bytes, value, 0);
  return bytes;
}
