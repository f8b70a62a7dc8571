import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { jsonText } from '../../streams/http/json-text.js';

describe('jsonText', () => {
  it('writes JSON values as JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), value => assert.equal(jsonText(value), JSON.stringify(value))));
  });

  for (const [what, value, text] of [
    ['a Map', new Map([['a', 1]]), '[["a",1]]'],
    ['a Map in a Map', { m: new Map([[{ k: 1 }, new Map([[1, new Set([2])]])]]) }, '{"m":[[{"k":1},[[1,[2]]]]]}'],
    ['a Set', [new Set(['x', 'y'])], '[["x","y"]]'],
    ['a Buffer', { b: Buffer.from('é') }, '{"b":"é"}'],
    ['bytes', new Uint8Array([104, 105]), '"hi"'],
    ['a bigint', { n: 9_007_199_254_740_993n }, '{"n":"9007199254740993"}'],
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['nothing', undefined, 'null'],
    ['no number', [Number.NaN, Number.POSITIVE_INFINITY], '[null,null]'],
  ] as const) {
    it(`writes ${what} as ${text}`, () => assert.equal(jsonText(value), text));
  }
});
