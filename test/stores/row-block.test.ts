import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { firstRowBlocks } from '../../stores/encoding/row-block.js';
import { type StateKey, stateKey } from '../../stores/encoding/state-key.js';

type Row = readonly [key: StateKey, value: Buffer];
type ChangelogRecord = readonly [key: Buffer | null, value: Buffer | null];

/** Values that begin with 1 are of rows that are written for the first time. */
const codec = firstRowBlocks(value => value[0] === 1);
const first = (bytes: number): Buffer => Buffer.alloc(bytes, 1);

function encoded(rows: readonly Row[]): ChangelogRecord[] {
  const records: ChangelogRecord[] = [];
  const writes = {
    keys: () => rows.map(([key]) => key),
    forEach(visit: (value: Buffer | null, key: StateKey) => void) {
      for (const [key, value] of rows) visit(value, key);
    },
  };
  codec.encode(writes, (key, value) => void records.push([key, value]));
  return records;
}

function decoded(records: readonly ChangelogRecord[]): Map<StateKey, Buffer | null> {
  const rows = new Map<StateKey, Buffer | null>();
  for (const [key, value] of records)
    assert.ok(codec.decode(key, value, { put: (row, bytes) => rows.set(row, bytes) }));
  return rows;
}

describe('blocks of rows that are written for the first time', () => {
  it('and records of the other rows hold every row once', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array));
    // The key of a row begins with a time.
    const key = bytes.map(rest => stateKey(Buffer.concat([Buffer.alloc(8), rest])));
    const rows = fc.uniqueArray(fc.tuple(key, bytes), { maxLength: 3000, size: 'max', selector: ([row]) => row });
    fc.assert(
      fc.property(rows, written => {
        assert.deepEqual(decoded(encoded(written)), new Map(written));
      }),
      { numRuns: 30 },
    );
  });

  it('have a key of their own, so that compaction keeps them', () => {
    const rows: Row[] = [[stateKey(Buffer.alloc(8)), first(10)]];
    const [[one], [other]] = [...encoded(rows), ...encoded(rows)] as [ChangelogRecord, ChangelogRecord];
    assert.ok(one !== null && other !== null && !one.equals(other));
  });

  it('are none for no rows', () => {
    assert.deepEqual(encoded([]), []);
  });

  it('stay below a megabyte, the limit of a record on a broker', () => {
    const rows = Array.from({ length: 30 }, (_, n): Row => [`${'\0'.repeat(8)}${n}`, first(30_000 * (n + 1))]);
    const records = encoded(rows);
    assert.ok(records.every(([, value], index) => (value?.length ?? 0) < 1_000_000 || index === 29));
    assert.deepEqual(decoded(records), new Map(rows));
  });

  it('do not read beyond a block that was cut off', () => {
    const [[key, block]] = encoded([['\0'.repeat(8), first(10)]]) as [[Buffer, Buffer]];
    for (const end of [2, 10, block.length - 1]) {
      assert.throws(() => codec.decode(key, block.subarray(0, end), { put() {} }), RangeError);
    }
  });
});
