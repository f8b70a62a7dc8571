import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { BrokenInputError } from '../../producer/broken-input-error.js';
import { readUsers } from '../../producer/users-text.js';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(chunks: AsyncIterable<Buffer>, size?: number) {
  const values: string[] = [];
  const fractions: (number | undefined)[] = [];
  try {
    for await (const batch of readUsers(chunks, size)) {
      values.push(...batch.records.map(({ value }) => value.toString()));
      fractions.push(batch.fraction);
    }
  } catch (error) {
    assert.ok(error instanceof BrokenInputError, String(error));
    return { values, fractions, error };
  }
  return { values, fractions, error: undefined };
}

const lines = Array.from({ length: 5_000 }, (_, id) =>
  JSON.stringify({ id, email: `u${id}@example.com`, name: 'Zoë' }),
);
const text = Buffer.from(`[${lines.join(',\n')}]`);
const zipped = gzipSync(text);

describe('readUsers', function () {
  this.timeout(30_000);

  it('reads text that arrives byte by byte', async () => {
    const short = Buffer.from(lines.slice(0, 5).join('\n'));
    assert.deepEqual((await read(chunksOf(short, 1))).values, lines.slice(0, 5));
    assert.deepEqual((await read(chunksOf(gzipSync(short), 1))).values, lines.slice(0, 5));
  });

  for (const chunkBytes of [100, 1_000_000]) {
    it(`reads plain text and gzip, recognized by the first bytes, in chunks of ${chunkBytes}`, async () => {
      assert.deepEqual((await read(chunksOf(text, chunkBytes))).values, lines);
      assert.deepEqual((await read(chunksOf(zipped, chunkBytes))).values, lines);
    });
  }

  it('reads gzip files that were put one after the other', async () => {
    const [first, second] = [lines.slice(0, 10), lines.slice(10, 20)];
    const both = Buffer.concat([first, second].map(part => gzipSync(`${part.join('\n')}\n`)));
    assert.deepEqual((await read(chunksOf(both, 100))).values, lines.slice(0, 20));
  });

  it('reports which share of the bytes is read, from a little up to all', async () => {
    for (const bytes of [text, zipped]) {
      const { fractions } = await read(chunksOf(bytes, 1000), bytes.length);
      const shares = fractions.map(Number);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => a - b),
      );
      assert.ok((shares[0] ?? 1) < 0.2 && shares.at(-1) === 1, `${shares[0]} ${shares.at(-1)}`);
    }
    assert.ok((await read(chunksOf(text, 1000))).fractions.every(fraction => fraction === undefined));
  });

  it('reports the byte of the decompressed text where that is broken', async () => {
    const before = `[${lines.slice(0, 100).join(',')},{"name":"Zoë €",`;
    const { values, error } = await read(chunksOf(gzipSync(`${before}oops}]`), 50));
    assert.deepEqual(values, lines.slice(0, 100));
    assert.equal(error?.message, `line 1, record 101, byte ${Buffer.byteLength(before)}: unexpected "o"`);
  });

  for (const chunkBytes of [7, 1_000_000]) {
    it(`yields all that a gzip file holds that breaks off, in chunks of ${chunkBytes}`, async () => {
      const half = zipped.subarray(0, Math.floor(zipped.length / 2));
      const { values, error } = await read(chunksOf(half, chunkBytes));
      assert.ok(values.length > 1_000, String(values.length));
      assert.deepEqual(values, lines.slice(0, values.length));
      assert.equal(error?.place.record, values.length + 1);
      assert.match(error.message, /the input breaks off \(unexpected end of file\)$/);
      const end = Buffer.byteLength(`[${lines.slice(0, values.length).join(',\n')}`);
      const next = Buffer.byteLength(lines[values.length] ?? '') + 2;
      assert.ok(
        error.place.byte >= end && error.place.byte < end + next,
        `${error.place.byte} not between ${end} and ${end + next}`,
      );
    });
  }

  it('yields what is before damage in a gzip file', async () => {
    const damaged = Buffer.from(zipped);
    damaged.fill(0xff, damaged.length / 2, damaged.length / 2 + 50);
    const { values, error } = await read(chunksOf(damaged, 100));
    assert.ok(values.length > 100, String(values.length));
    assert.ok(error !== undefined);
  });

  it('yields what was read before reading fails', async () => {
    const failing = async function* () {
      yield Buffer.from('{"a":1}\n{"a":');
      throw new Error('EIO: i/o error');
    };
    const { values, error } = await read(failing());
    assert.deepEqual(values, ['{"a":1}']);
    assert.equal(error?.message, 'line 2, record 2, byte 13: the input breaks off (EIO: i/o error)');
  });

  it('reports input without any JSON', async () => {
    assert.match((await read(chunksOf(Buffer.alloc(0), 1))).error?.message ?? '', /holds no JSON/);
    assert.match((await read(chunksOf(gzipSync(''), 100))).error?.message ?? '', /holds no JSON/);
  });

  it('reads no further than it is asked to', async () => {
    let read = 0;
    const endless = async function* () {
      for (;;) {
        read += 1;
        yield Buffer.from('{"a":1}\n');
      }
    };
    for await (const _ of readUsers(endless())) if (read >= 3) break;
    assert.ok(read <= 4, String(read));
  });
});
