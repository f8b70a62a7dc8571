import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CleanCache } from '../../stores/bytes/clean-cache.js';
import { ENTRY_OVERHEAD_BYTES, EntryMap } from '../../stores/bytes/entry-map.js';

const keys = fc.constantFrom('', 'a', 'bb', 'ccc', 'dddd');
const values = fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes));

function walk(entries: Iterable<readonly [string, Buffer]>): number {
  let bytes = 0;
  for (const [key, value] of entries) bytes += ENTRY_OVERHEAD_BYTES + key.length + value.length;
  return bytes;
}

describe('entries in memory', () => {
  const actions = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('set'), key: keys, value: values }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), key: keys, value: values }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear'), key: keys, value: values }) },
    ),
  );

  it('take what a walk over them adds up to', () => {
    fc.assert(
      fc.property(actions, all => {
        const map = new EntryMap();
        for (const { kind, key, value } of all) {
          if (kind === 'set') map.set(key, value);
          else if (kind === 'delete') map.delete(key);
          else map.clear();
          assert.equal(map.bytes, walk(map.entries));
        }
      }),
    );
  });
});

describe('what was read from disk of late', () => {
  it('stays within its bytes, the entry that was read least recently goes first', () => {
    const one = ENTRY_OVERHEAD_BYTES + 11;
    const cache = new CleanCache(3 * one);
    const value = Buffer.alloc(10);
    for (const key of ['a', 'b', 'c']) cache.set(key, value);
    cache.get('a');
    cache.set('d', value);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map(key => cache.get(key) !== undefined),
      [true, false, true, true],
    );
    assert.equal(cache.bytes, 3 * one);
    cache.set('large', Buffer.alloc(3 * one));
    assert.equal(cache.get('large')?.length, undefined, 'it is larger than all that is allowed');
  });

  it('is never more than allowed, whatever is set', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat(500))), fc.nat(1500), (sets, maxBytes) => {
        const cache = new CleanCache(maxBytes);
        for (const [key, length] of sets) {
          cache.set(key, Buffer.alloc(length));
          assert.ok(cache.bytes <= maxBytes);
        }
      }),
    );
  });
});
