import type { Serde } from './serdes.js';

/** Two values as one key: the length of the first value (4 bytes, big-endian), the first value, the second value. */
export function pairSerde<A, B>(first: Serde<A>, second: Serde<B>): Serde<readonly [A, B]> {
  return Object.freeze({
    serialize([a, b]: readonly [A, B]): Buffer {
      const left = first.serialize(a);
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(left.length, 0);
      return Buffer.concat([length, left, second.serialize(b)]);
    },
    deserialize(bytes: Buffer): readonly [A, B] {
      const end = 4 + bytes.readUInt32BE(0);
      return [first.deserialize(bytes.subarray(4, end)), second.deserialize(bytes.subarray(end))];
    },
  });
}
