import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { SortedKeys } from '../../stores/bytes/sorted-keys.js';

const KEYS = fc.array(
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 3 }),
);

describe('SortedKeys', () => {
  it('are what a sorted set of the keys is, forward and in reverse', () => {
    fc.assert(
      fc.property(KEYS, KEYS, fc.string(), fc.string(), fc.integer({ min: 1, max: 9 }), (given, added, a, b, limit) => {
        const keys = new SortedKeys(given);
        for (const key of added) keys.add(key);
        const model = [...new Set([...given, ...added])].sort();
        assert.equal(keys.size, model.length);
        const inRange = model.filter(key => key >= a && key < b);
        assert.deepEqual(keys.first(a, b, limit), inRange.slice(0, limit));
        assert.deepEqual(keys.last(a, b, limit), inRange.reverse().slice(0, limit));
      }),
    );
  });

  it('keep their order with many more keys than fit into a block', () => {
    const keys = new SortedKeys([]);
    const model: string[] = [];
    for (let n = 0; n < 20_000; n++) model.push(String((n * 7919) % 20_000).padStart(5, '0'));
    for (const key of model) keys.add(key);
    for (const key of model) keys.add(key);
    model.sort();
    assert.equal(keys.size, model.length);
    assert.deepEqual(keys.first('', '\uffff', 100_000), model);
    assert.deepEqual(keys.first('01000', '01007', 100), model.slice(1000, 1007));
    assert.deepEqual(keys.last('01000', '01007', 100), model.slice(1000, 1007).reverse());
    assert.deepEqual(keys.last('', '\uffff', 100_000), [...model].reverse());
  });

  it('drop blocks of keys below a key, and no others', () => {
    const model = Array.from({ length: 5000 }, (_, n) => String(n).padStart(5, '0'));
    const keys = new SortedKeys(model);
    keys.dropBelow('03000');
    assert.ok(keys.size < 2000 + 512, `${keys.size} left`);
    assert.deepEqual(keys.first('03000', '\uffff', 10_000), model.slice(3000));
    keys.dropBelow('9');
    assert.deepEqual(keys.first('', '\uffff', 10), []);
    keys.add('1');
    assert.deepEqual(keys.first('', '\uffff', 10), ['1']);
  });
});
