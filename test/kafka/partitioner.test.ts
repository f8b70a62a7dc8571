import assert from 'node:assert/strict';
import fc from 'fast-check';
import { murmur2, partitionFor } from '../../streams/kafka/partitioner.js';
import { MURMUR2_VECTORS } from './murmur2-vectors.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('murmur2', () => {
  for (const [text, hash] of MURMUR2_VECTORS) {
    it(`of "${text}" is that of Java's client`, () => assert.equal(murmur2(bytes(text)), hash));
  }

  it('is a 32-bit integer and depends on nothing but the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(8), (content, offset) => {
        const hash = murmur2(content);
        assert.equal(hash, hash | 0);
        const elsewhere = new Uint8Array(content.length + offset + 3).fill(0xff);
        elsewhere.set(content, offset);
        assert.equal(murmur2(elsewhere.subarray(offset, offset + content.length)), hash);
      }),
    );
  });
});

describe('partitionFor', () => {
  it('clears the sign of the hash before it takes the remainder', () => {
    assert.equal(partitionFor(bytes('21'), 1000), (-973932308 & 0x7fffffff) % 1000);
    assert.equal(partitionFor(bytes('abc'), 4), 479470107 % 4);
  });

  it('names a partition that exists, whatever the key', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 10_000 }), (key, partitions) => {
        const partition = partitionFor(key, partitions);
        assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions, String(partition));
      }),
    );
  });
});
