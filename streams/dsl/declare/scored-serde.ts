import type { Scored } from '../options/scored.js';
import { type Serde, Serdes } from '../serde/serdes.js';

/** Their values are the same after they were JSON. */
const KEPT_BY_JSON: ReadonlySet<object> = new Set<object>([
  ...[Serdes.string(), Serdes.uuid(), Serdes.short(), Serdes.integer(), Serdes.long()],
  ...[Serdes.boolean(), Serdes.json()],
]);

/** Score and timestamp as doubles (8 bytes each), 1 if there is a value (1 byte). Then comes the value. */
const PREFIX_BYTES = 17;

/**
 * Lists of `topN`: JSON, if JSON keeps the values as they are. Otherwise a list of Java's format, whose elements have
 * the bytes of the values.
 */
export function scoredSerde<V>(values: Serde<V>): Serde<readonly Scored<V>[]> {
  if (KEPT_BY_JSON.has(values)) return Serdes.json<readonly Scored<V>[]>();
  return Serdes.list(elementSerde(values)) as Serde<readonly (Scored<V> | null)[]> as Serde<readonly Scored<V>[]>;
}

function elementSerde<V>(values: Serde<V>): Serde<Scored<V>> {
  return Object.freeze({
    takesView: values.takesView === true,
    serialize({ value, score, timestamp }: Scored<V>): Buffer {
      const isNull = value === null || value === undefined;
      const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
      prefix.writeDoubleBE(score, 0);
      prefix.writeDoubleBE(timestamp, 8);
      prefix.writeUInt8(isNull ? 0 : 1, 16);
      return isNull ? prefix : Buffer.concat([prefix, values.serialize(value)]);
    },
    deserialize(bytes: Buffer): Scored<V> {
      const isNull = bytes.readUInt8(16) === 0;
      return {
        // Only lists of windows have null values, and their V has null.
        value: isNull ? (null as V) : values.deserialize(bytes.subarray(PREFIX_BYTES)),
        score: bytes.readDoubleBE(0),
        timestamp: bytes.readDoubleBE(8),
      };
    },
  });
}
