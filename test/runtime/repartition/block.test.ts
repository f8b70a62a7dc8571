import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Headers } from '../../../streams/kafka/record.js';
import {
  BlockReader,
  BlockWriter,
  entryBytes,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_ENTRIES,
} from '../../../streams/runtime/processors/repartition/block.js';
import type { EntryKind } from '../../../streams/runtime/processors/repartition/record-kind.js';

interface Entry {
  readonly kind: EntryKind;
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Headers;
}

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength, size: 'max' }).map(array => Buffer.from(array));
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    kind: fc.constantFrom<EntryKind>('record', 'partial', 'time'),
    key: bytes(40),
    value: fc.option(bytes(300)),
    timestamp: fc.maxSafeInteger(),
    headers: fc.array(
      fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.option(bytes(20)) }, { noNullPrototype: true }),
      { maxLength: 3 },
    ),
  },
  { noNullPrototype: true },
);
const entries = fc.array(entry, { minLength: 1, maxLength: 30, size: 'max' });

function added(writer: BlockWriter, { kind, key, value, timestamp, headers }: Entry): boolean {
  const size = entryBytes(key, value, headers);
  if (!writer.hasRoom(size)) return false;
  writer.add(size, kind, key, value, timestamp, headers);
  return true;
}

function written(all: readonly Entry[], writer = new BlockWriter()): Buffer {
  for (const each of all) assert.ok(added(writer, each));
  return writer.take();
}

function read(block: Buffer): Entry[] {
  const reader = new BlockReader();
  reader.open(block);
  const found: Entry[] = [];
  while (!reader.isAtEnd) {
    reader.next();
    const { kind, key, value, timestamp, headers } = reader;
    found.push({ kind, key: Buffer.from(key), value: value && Buffer.from(value), timestamp, headers });
    assert.equal(reader.entries, found.length);
  }
  return found;
}

describe('a block of a repartition topic', () => {
  it('has its entries in order, whatever they are', () => {
    fc.assert(fc.property(entries, all => assert.deepEqual(read(written(all)), all)));
  });

  it('has only its own entries, though its writer and its reader have had other blocks before', () => {
    const writer = new BlockWriter();
    const blocks: [readonly Entry[], Buffer][] = [];
    fc.assert(
      fc.property(entries, all => {
        blocks.push([all, written(all, writer)]);
        assert.equal(writer.entries + writer.capacity, 0);
      }),
    );
    for (const [all, block] of blocks) assert.deepEqual(read(block), all);
  });

  it('is bounded in bytes and in entries', () => {
    const many = new BlockWriter();
    const small: Entry = { kind: 'record', key: Buffer.from('k'), value: null, timestamp: 1, headers: [] };
    while (added(many, small));
    assert.equal(many.entries, MAX_BLOCK_ENTRIES);
    const large = new BlockWriter();
    while (added(large, { ...small, value: Buffer.alloc(1000) }));
    assert.ok(large.capacity <= MAX_BLOCK_BYTES);
    const { length } = large.take();
    assert.ok(length > MAX_BLOCK_BYTES - 1100 && length <= MAX_BLOCK_BYTES);
  });

  it('takes as little memory as it needs', () => {
    const writer = new BlockWriter();
    const small: Entry = { kind: 'record', key: Buffer.from('k'), value: null, timestamp: 1, headers: [] };
    assert.equal(writer.capacity, 0);
    added(writer, small);
    assert.ok(writer.capacity <= 1024);
  });

  it('that is cut off anywhere has the entries before the cut, and then a reason', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, place) => {
        const block = written(all);
        const cut = block.subarray(0, place % block.length);
        const reader = new BlockReader();
        reader.open(cut);
        let ok = 0;
        try {
          for (; !reader.isAtEnd; ok++) reader.next();
        } catch (error) {
          assert.match(String(error), new RegExp(`malformed block of ${cut.length} bytes: entry ${ok}: .*cut off`));
        }
        assert.deepEqual(read(block).slice(0, ok), all.slice(0, ok));
        assert.ok(ok < all.length);
      }),
    );
  });

  it('of any bytes is read to its end, or has a reason', () => {
    const hostile = fc.oneof(
      bytes(200),
      // Nearly a block: most of what is checked is checked in these.
      fc.tuple(entries, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })).map(([all, changes]) => {
        const block = Buffer.from(written(all));
        for (const [at, byte] of changes) block[at % block.length] = byte;
        return block;
      }),
    );
    fc.assert(
      fc.property(hostile, block => {
        try {
          read(block);
        } catch (error) {
          assert.match(String(error), /^RangeError: malformed block of \d+ bytes: entry \d+: /);
        }
      }),
      { numRuns: 2000 },
    );
  });

  for (const [what, at, byte, reason] of [
    ['a kind that there is not', 0, 3, /3 is no kind of an entry/],
    ['a flag that there is not', 0, 0x14, /20 is no kind of an entry/],
    ['a timestamp that is no safe integer', 1, 0x7f, /its timestamp is 9151314442816848000/],
    ['a null with a length', 0, 0, /null has a length/],
    ['a key that is longer than the block', 9, 0xff, /it is cut off/],
    ['a value that is longer than the block', 13, 0xff, /it is cut off/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const block = written([
        { kind: 'record', key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1, headers: [] },
      ]);
      block[at] = byte;
      assert.throws(() => read(block), reason);
    });
  }

  it('without entries is refused', () => {
    const reader = new BlockReader();
    reader.open(Buffer.alloc(0));
    assert.throws(() => reader.next(), /malformed block of 0 bytes: entry 0: it is cut off/);
  });
});
