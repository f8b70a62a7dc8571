import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Serde, Serdes } from '../../../streams/index.js';

/** Values as plain JavaScript may give them, and what the error says. */
const WRONG_VALUES: readonly (readonly [Serde<unknown>, unknown, string])[] = [
  [Serdes.short(), 32_768, 'the short serde was given the number 32768'],
  [Serdes.short(), '1', 'the short serde was given a value of type string'],
  [Serdes.short(), 1n, 'the short serde was given the bigint 1'],
  [Serdes.integer(), 2_147_483_648, 'the integer serde was given the number 2147483648'],
  [Serdes.integer(), 0.5, 'the integer serde was given the number 0.5'],
  [Serdes.integer(), 1n, 'the integer serde was given the bigint 1'],
  [Serdes.long(), 2 ** 53, 'the long serde was given the number 9007199254740992'],
  [Serdes.long(), undefined, 'the long serde was given undefined'],
  [Serdes.bigint(), 1, 'the bigint serde was given the number 1'],
  [Serdes.bigint(), 2n ** 63n, 'the bigint serde was given the bigint 9223372036854775808'],
  [Serdes.float(), 1e39, 'the float serde was given the number 1e+39'],
  [Serdes.float(), '1', 'the float serde was given a value of type string'],
  [Serdes.double(), true, 'the double serde was given a value of type boolean'],
  [Serdes.boolean(), 1, 'the boolean serde was given the number 1'],
  [Serdes.uuid(), 5, 'the UUID serde was given the number 5'],
  [Serdes.uuid(), '1-1-1-1-1', '"1-1-1-1-1" is no UUID'],
  [Serdes.timestamp(), 5, 'the timestamp serde was given the number 5'],
  [Serdes.timestamp(), new Date(Number.NaN), 'the timestamp serde was given an invalid Date'],
  [Serdes.string(), ['a'], 'the string serde was given an array'],
  [Serdes.bytes(), 'text', 'the bytes serde was given a value of type string'],
  [Serdes.bytes(), new Uint8Array(1), 'the bytes serde was given a value of type object'],
  [Serdes.void(), 'text', 'the void serde was given a value of type string'],
  [Serdes.list(Serdes.string()), 'text', 'the list serde was given a value of type string'],
  [Serdes.list(Serdes.string()), [1], 'the string serde was given the number 1'],
  [Serdes.json(), undefined, 'the JSON serde was given undefined'],
  [Serdes.timeWindowed(Serdes.string(), 1), 'text', 'the timeWindowed serde was given a value of type string'],
  [
    Serdes.timeWindowed(Serdes.string(), 1),
    { key: 'a', window: { start: -1, end: 0 } },
    'the timeWindowed serde was given a window that starts at -1',
  ],
  [Serdes.sessionWindowed(Serdes.string()), {}, 'the sessionWindowed serde was given a value of type object'],
  [
    Serdes.sessionWindowed(Serdes.string()),
    { key: 'a', window: { start: 5, end: 4 } },
    'the sessionWindowed serde was given a session from 5 to 4',
  ],
];

const long = (value: bigint): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes.toString('hex');
};

/** Bytes in hexadecimal digits, and what the error says. */
const WRONG_BYTES: readonly (readonly [Serde<unknown>, string, string])[] = [
  [Serdes.short(), '000001', 'a short has 2 bytes, not 3'],
  [Serdes.integer(), '0001', 'an integer has 4 bytes, not 2'],
  [Serdes.long(), '', 'a long has 8 bytes, not 0'],
  [Serdes.long(), long(2n ** 53n), 'the long 9007199254740992 is not a safe integer: read it with Serdes.bigint()'],
  [
    Serdes.long(),
    long(-(2n ** 63n)),
    'the long -9223372036854775808 is not a safe integer: read it with Serdes.bigint()',
  ],
  [Serdes.bigint(), '00', 'a bigint has 8 bytes, not 1'],
  [Serdes.float(), '0000000000000000', 'a float has 4 bytes, not 8'],
  [Serdes.double(), '00000000', 'a double has 8 bytes, not 4'],
  [Serdes.boolean(), '', 'a boolean has 1 byte, not 0'],
  [Serdes.boolean(), '02', 'a boolean is the byte 0 or 1, not 2'],
  [Serdes.uuid(), '6162', '"ab" is no UUID'],
  [Serdes.timestamp(), '00', 'a timestamp has 8 bytes, not 1'],
  [Serdes.timestamp(), long(2n ** 62n), 'the timestamp 4611686018427387904 is outside the range of a Date'],
  [Serdes.void(), '00', 'the void serde was given bytes: each key or value must be null'],
  [Serdes.timeWindowed(Serdes.string(), 1), '61', 'a time-windowed key has at least 8 bytes, not 1'],
  [Serdes.sessionWindowed(Serdes.string()), long(1n), 'a session-windowed key has at least 16 bytes, not 8'],
  [
    Serdes.timeWindowed(Serdes.string(), 1),
    long(-1n),
    'no window starts at -1: the key has no window, or one of another type',
  ],
  [
    Serdes.sessionWindowed(Serdes.string()),
    long(2n ** 60n) + long(1n),
    'no session ends at 1152921504606846976: the key has no session',
  ],
  [Serdes.sessionWindowed(Serdes.string()), long(4n) + long(5n), 'the session ends at 4, before its start at 5'],
  [Serdes.list(Serdes.string()), '', 'the bytes end before the list does'],
  [Serdes.list(Serdes.string()), '02', 'a list begins with the byte 0 or 1, not 2'],
  [Serdes.list(Serdes.string()), '01ffffffff', 'a list has no -1 elements'],
  [Serdes.list(Serdes.string()), '0100000001fffffffe', 'an element of a list has no -2 bytes'],
  [Serdes.list(Serdes.string()), '01000000010000000261', 'the bytes end before the list does'],
  [Serdes.list(Serdes.string()), '010000000000', 'the list ends at byte 5 of 6'],
  [Serdes.list(Serdes.integer()), '00000000007fffffff', 'the bytes end before the list does'],
  [Serdes.list(Serdes.integer()), '007fffffff', 'the bytes end before the list does'],
  [
    Serdes.list(Serdes.string()),
    '000000000000000000',
    'the elements of the list have no lengths: its inner serde must be one of numbers or UUIDs',
  ],
];

describe('a serde refuses', () => {
  for (const [serde, value, message] of WRONG_VALUES) {
    it(`a value of another type: ${message}`, () => {
      assert.throws(() => serde.serialize(value), { name: 'TypeError', message });
    });
  }

  for (const [serde, hex, message] of WRONG_BYTES) {
    it(`bytes that are not of its type: ${message}`, () => {
      assert.throws(
        () => serde.deserialize(Buffer.from(hex, 'hex')),
        (error: unknown) => error instanceof Error && error.message === message,
      );
    });
  }

  it('windows without a size', () => {
    for (const size of [0, -1, Number.NaN]) {
      const message = `sizeMs of timeWindowed: must be above 0, not ${size}`;
      assert.throws(() => Serdes.timeWindowed(Serdes.string(), size), { name: 'TypeError', message });
    }
  });
});
