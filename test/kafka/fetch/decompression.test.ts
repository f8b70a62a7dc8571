import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { crc32c } from '../../../streams/kafka/fetch/crc32c.js';
import { decompress } from '../../../streams/kafka/fetch/decompression.js';
import { decompressLz4 } from '../../../streams/kafka/fetch/lz4.js';
import { decompressSnappy } from '../../../streams/kafka/fetch/snappy.js';
import { javaSnappy, lz4Frame, snappyBlock } from './compressors.js';

/** Bytes that repeat themselves, near and far, and bytes that do not. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(400))
        .map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part))),
    ),
    { maxLength: 8 },
  )
  .map(parts => Buffer.concat(parts));

describe('the decoder of LZ4', () => {
  it('restores what was compressed, in frames of all kinds', () => {
    const options = fc.record({
      blockBytes: fc.integer({ min: 1, max: 65_536 }),
      hasContentSize: fc.boolean(),
      hasBlockChecksums: fc.boolean(),
      isStored: fc.boolean(),
    });
    fc.assert(
      fc.property(content, options, (bytes, frame) => {
        assert.ok(decompressLz4(lz4Frame(bytes, frame)).equals(bytes));
      }),
    );
  });

  it('reads a frame of the lz4 command, and refuses what is no frame', () => {
    const frame = Buffer.from('04224d186440a714000000af6b65792d76616c75652d0a004250616c75652d00000000464fd1ba', 'hex');
    assert.equal(decompressLz4(frame).toString(), 'key-value-'.repeat(10));
    assert.throws(() => decompressLz4(Buffer.from('no frame at all')), /no frame of LZ4/);
    // After the end mark comes a checksum, which is not checked.
    for (let length = 0; length < frame.length - 4; length++)
      assert.throws(() => decompressLz4(frame.subarray(0, length)));
  });

  it('ends with an error, whatever the bytes are', () => {
    fc.assert(
      fc.property(content, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (bytes, damages) => {
        const frame = lz4Frame(bytes);
        for (const [place, value] of damages) frame[place % frame.length] = value;
        try {
          decompressLz4(frame);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
    );
  });
});

describe('the decoder of snappy', () => {
  it('restores what was compressed, raw and in the framing of Java', () => {
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 40_000 }), (bytes, blockBytes) => {
        assert.ok(decompressSnappy(snappyBlock(bytes)).equals(bytes));
        assert.ok(decompressSnappy(javaSnappy(bytes, blockBytes)).equals(bytes));
      }),
    );
  });

  it('ends with an error, whatever the bytes are', () => {
    fc.assert(
      fc.property(content, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (bytes, damages) => {
        const block = snappyBlock(bytes);
        for (const [place, value] of damages) block[place % block.length] = value;
        try {
          decompressSnappy(block);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
    );
  });
});

describe('the decoder of zstd', () => {
  it('reads a frame of the zstd command', () => {
    const frame = Buffer.from('28b52ffd24648d0000506b65792d76616c75652d0100d7a92001453387fd', 'hex');
    assert.equal(decompress(4, frame).toString(), 'key-value-'.repeat(10));
    assert.throws(() => decompress(4, frame.subarray(0, 10)));
  });
});

describe('the CRC of batches', () => {
  it('is that of Castagnoli', () => {
    const check = Buffer.from('123456789');
    assert.equal(crc32c(check, 0, check.length), 0xe3069283);
    const zeros = Buffer.alloc(32);
    assert.equal(crc32c(zeros, 0, zeros.length), 0x8a9136aa);
  });

  it('is the same, whatever part of a buffer it is taken of', () => {
    const bitwise = (bytes: Uint8Array): number => {
      let crc = 0xffff_ffff;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      return (crc ^ 0xffff_ffff) >>> 0;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, begin) => {
        const from = Math.min(begin, bytes.length);
        assert.equal(crc32c(bytes, from, bytes.length), bitwise(bytes.subarray(from)));
      }),
    );
  });
});
