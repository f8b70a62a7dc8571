import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { pageModule } from './page-module.js';

interface FormatModule {
  number(value: number | null): string;
  rate(value: number | null): string;
  percent(part: number, total: number): string;
  clockTime(at: number, now?: number): string;
}

interface FoldModule {
  fold<Item>(
    items: readonly Item[],
    limit: number,
  ): { readonly shown: readonly Item[]; readonly rest: readonly Item[] };
  thinOut<Row>(rows: readonly Row[], limit: number): readonly Row[];
}

describe('texts of the live page', () => {
  let format: FormatModule;
  let folding: FoldModule;
  before(async () => {
    format = await pageModule('format.js');
    folding = await pageModule('fold.js');
  });

  it('have thin spaces between thousands, and a dash for what is not known', () => {
    assert.equal(format.number(1_234_567), '1\u202f234\u202f567');
    assert.equal(format.number(-1234), '-1\u202f234');
    assert.deepEqual([format.number(null), format.number(Number.NaN), format.rate(null)], ['–', '–', '–']);
    assert.deepEqual([0, 0.42, 9.96, 1234.4].map(format.rate), ['0/s', '0.4/s', '10/s', '1\u202f234/s']);
    assert.equal(format.percent(1, 0), '–');
    assert.equal(format.percent(1, 3), '33.3\u202f%');
  });

  it('tell the date of a time that is not today', () => {
    const [noon, nextDay] = [new Date(2026, 4, 6, 12).getTime(), new Date(2026, 4, 7, 12).getTime()];
    assert.equal(format.clockTime(noon, noon + 1000), '12:00:00');
    assert.equal(format.clockTime(noon, nextDay), '6 May 12:00:00');
    assert.equal(format.clockTime(noon, new Date(2027, 0, 1).getTime()), '6 May 2026 12:00:00');
    assert.equal(format.clockTime(1e300), '–');
  });

  it('fold a long list without losing anything, and never for a single one more', () => {
    assert.deepEqual(folding.fold([1, 2, 3], 2), { shown: [1, 2, 3], rest: [] });
    assert.deepEqual(folding.fold([1, 2, 3, 4], 2), { shown: [1, 2], rest: [3, 4] });
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (items, limit) => {
        const { shown, rest } = folding.fold(items, limit);
        assert.deepEqual([...shown, ...rest], items);
        assert.notEqual(rest.length, 1);
        const thinned = folding.thinOut(items, limit);
        assert.equal(thinned.length <= limit, true);
        assert.equal(thinned.at(-1), items.at(-1));
      }),
    );
  });
});
