import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeBlock, encodeBlocks } from '../../stores/encoding/changelog-block.js';
import { readInt64, writeInt64 } from '../../stores/encoding/int64.js';
import { stateKey } from '../../stores/encoding/state-key.js';
import { decodeTimestamped, encodeTimestamped } from '../../stores/encoding/timestamped.js';
import { textCodec } from './codecs.js';

describe('int64', () => {
  it('writes what Java writes: the two’s complement, big-endian', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        const expected = Buffer.alloc(8);
        expected.writeBigInt64BE(BigInt(value));
        assert.deepEqual(int64(value), expected);
      }),
    );
  });

  it('reads every safe integer back', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), value => assert.equal(readInt64(int64(value), 0), value)));
    for (const value of [0, -1, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0xffff_ffff, -0x1_0000_0000]) {
      assert.equal(readInt64(int64(value), 0), value);
    }
  });

  it('leaves the bytes around it alone', () => {
    const bytes = Buffer.alloc(12, 7);
    writeInt64(bytes, -1, 2);
    assert.deepEqual([...bytes], [7, 7, 255, 255, 255, 255, 255, 255, 255, 255, 7, 7]);
  });

  it('orders times from the epoch on as their bytes', () => {
    const time = fc.maxSafeNat();
    fc.assert(
      fc.property(time, time, (a, b) => assert.equal(Math.sign(Buffer.compare(int64(a), int64(b))), Math.sign(a - b))),
    );
  });
});

describe('a timestamped value', () => {
  it('comes back with its timestamp', () => {
    fc.assert(
      fc.property(fc.string(), fc.maxSafeInteger(), (value, timestamp) => {
        const bytes = encodeTimestamped(textCodec, value, timestamp);
        assert.deepEqual(decodeTimestamped(textCodec, bytes), { value, timestamp });
      }),
    );
  });

  it('is 8 bytes of timestamp, then the bytes of the value, which may be none', () => {
    assert.equal(encodeTimestamped(textCodec, 'ab', 258).toString('hex'), '00000000000001026162');
    assert.equal(encodeTimestamped(textCodec, '', 258).toString('hex'), '0000000000000102');
  });
});

describe('blocks of changelog keys', () => {
  it('hold every key once, in order, whatever its bytes', () => {
    const key = fc.uint8Array({ maxLength: 40 }).map(bytes => stateKey(Buffer.from(bytes)));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 3000, size: 'max' }), keys => {
        assert.deepEqual([...encodeBlocks(keys)].flatMap(decodeBlock), keys);
      }),
      { numRuns: 30 },
    );
  });

  it('are none for no keys', () => {
    assert.deepEqual([...encodeBlocks([])], []);
  });

  it('stay below a megabyte, the limit of a record on a broker, though their keys are long', () => {
    const keys = Array.from({ length: 30 }, (_, n) => String(n).padEnd(100_000, 'x'));
    const blocks = [...encodeBlocks(keys)];
    assert.ok(blocks.every(block => block.length < 1_000_000));
    assert.deepEqual(blocks.flatMap(decodeBlock), keys);
  });

  it('do not read beyond a block that was cut off', () => {
    const [block = Buffer.alloc(0)] = encodeBlocks(['abc']);
    assert.throws(() => decodeBlock(block.subarray(0, 2)), RangeError);
  });
});

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeInt64(bytes, value, 0);
  return bytes;
}
