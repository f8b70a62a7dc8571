import type { Codec } from './codec.js';
import { readInt64, writeInt64 } from './int64.js';

/** A value with the highest timestamp of the records that made it (Java: `ValueAndTimestamp`). */
export interface ValueAndTimestamp<V> {
  readonly value: V;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The timestamp (8 bytes), then the bytes of the value, as in Java's timestamped stores. */
export function encodeTimestamped<V>(codec: Codec<V>, value: V, timestamp: number): Buffer {
  const bytes = codec.serialize(value);
  const result = Buffer.allocUnsafe(8 + bytes.length);
  writeInt64(result, timestamp, 0);
  bytes.copy(result, 8);
  return result;
}

export function decodeTimestamped<V>(codec: Codec<V>, bytes: Buffer): ValueAndTimestamp<V> {
  return { timestamp: readInt64(bytes, 0), value: codec.deserialize(bytes.subarray(8)) };
}

/** The codec of rows that are a value and its timestamp. */
export function timestampedCodec<V>(values: Codec<V>): Codec<ValueAndTimestamp<V>> {
  return {
    serialize: ({ value, timestamp }) => encodeTimestamped(values, value, timestamp),
    deserialize: bytes => decodeTimestamped(values, bytes),
  };
}
