import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { stateKey } from '../../stores/encoding/state-key.js';
import { RankedKind } from '../../stores/kinds/ranked.js';
import { textCodec } from './codecs.js';
import { MemoryBytes } from './memory-bytes.js';

const row = (key: string): string => stateKey(Buffer.from(key));

describe('a ranked store', () => {
  it('has the rows of each group by their scores, the highest first, then by their keys', async () => {
    const scores = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE),
    );
    const rows = fc.array(fc.record({ group: fc.constantFrom('', 'a', 'ab', 'ä'), score: scores }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (drawn, n) => {
        const bytes = await MemoryBytes.create();
        const store = new RankedKind().open(bytes.store, textCodec, textCodec);
        const entries = drawn.map(({ group, score }, index) => ({ group, score, key: String(index).padStart(3, '0') }));
        for (const { group, score, key } of entries)
          store.put(group, { score, row: row(key), value: key, timestamp: 1 });
        for (const group of ['', 'a', 'ab', 'ä', 'b']) {
          const expected = entries
            .filter(entry => entry.group === group)
            .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1))
            .slice(0, n)
            .map(({ score, key }) => ({ score: score + 0, row: row(key), value: key, timestamp: 1 }));
          assert.deepEqual(await store.top(group, n), expected);
        }
        await bytes.close();
      }),
    );
  });
});
