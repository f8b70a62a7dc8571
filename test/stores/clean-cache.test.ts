import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CacheRoom } from '../../stores/bytes/cache-room.js';
import { CleanCache } from '../../stores/bytes/clean-cache.js';
import { ENTRY_OVERHEAD_BYTES } from '../../stores/bytes/entry-overhead.js';

const KEYS = ['', 'a', 'bb', 'ccc', 'dddd'];
const keys = fc.constantFrom(...KEYS);

/** What its entries add up to. */
function walk(cache: CleanCache): number {
  return KEYS.reduce((sum, key) => {
    const value = cache.get(key);
    return value === undefined ? sum : sum + ENTRY_OVERHEAD_BYTES + key.length + value.length;
  }, 0);
}

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

  it('takes more while there is room that other caches have not taken', () => {
    const value = Buffer.alloc(100_000);
    const room = new CacheRoom(1_000_000);
    const [first, second] = [new CleanCache(250_000, room), new CleanCache(250_000, room)];
    const fill = (cache: CleanCache): number => {
      for (let n = 0; n < 20; n++) cache.set(`key-${n}`, value);
      return Math.floor(cache.bytes / value.length);
    };
    assert.equal(fill(first), 12);
    assert.equal(fill(second), 2, 'the first one has all of the room');
    first.clear();
    assert.equal(fill(second), 12, 'the first one has given it back');
  });

  it('is as it was to whoever reads, less what has left, and no more than the bytes of all', () => {
    const action = fc.tuple(fc.constantFrom('set', 'get', 'delete', 'clear'), fc.nat(1), keys, fc.nat(200_000));
    fc.assert(
      fc.property(fc.array(action, { size: 'large' }), fc.nat(700_000), (actions, roomBytes) => {
        const room = new CacheRoom(roomBytes);
        const caches = [0, 1].map(() => ({ cache: new CleanCache(300_000, room), model: new Map<string, Buffer>() }));
        for (const [kind, index, key, length] of actions) {
          const { cache, model } = caches[index] ?? assert.fail();
          if (kind === 'set') {
            const value = Buffer.alloc(length);
            cache.set(key, value);
            model.set(key, value);
          } else if (kind === 'delete') {
            cache.delete(key);
            model.delete(key);
          } else if (kind === 'clear') {
            cache.clear();
            model.clear();
          }
          const value = cache.get(key);
          assert.ok(value === undefined || value === model.get(key));
          const bytes = caches.reduce((sum, each) => sum + each.cache.bytes, 0);
          assert.ok(bytes <= 2 * 300_000 + roomBytes);
        }
        for (const { cache } of caches) assert.equal(cache.bytes, walk(cache));
      }),
    );
  });
});
