import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ENTRY_OVERHEAD_BYTES } from '../../stores/bytes/entry-overhead.js';
import { hashOf } from '../../stores/bytes/key-hash.js';
import { WriteLayer } from '../../stores/bytes/write-layer.js';

type Hash = (key: string) => number;

/** With the last two, keys share slots or whole hashes. */
const HASHES: readonly Hash[] = [hashOf, key => key.length, () => -1];

const anyKey = fc.string({ minLength: 0, maxLength: 3 });
const actions = fc.array(
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc.record({
        kind: fc.constant('set'),
        key: anyKey,
        value: fc.option(fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes))),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('dropBelow'), key: anyKey, value: fc.constant(null) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear'), key: anyKey, value: fc.constant(null) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('setAll'), key: anyKey, value: fc.constant(null) }) },
  ),
  { maxLength: 200, size: 'max' },
);

function bytesOf(entries: Iterable<readonly [string, Buffer | null]>): number {
  let bytes = 0;
  for (const [key, value] of entries) bytes += ENTRY_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
  return bytes;
}

describe('a layer of writes', () => {
  for (const [index, hash] of HASHES.entries()) {
    it(`has what a Map has, whatever is set, dropped and cleared (hash ${index})`, () => {
      fc.assert(
        fc.property(actions, fc.array(anyKey), (sequence, absent) => {
          const layer = new WriteLayer();
          const map = new Map<string, Buffer | null>();
          let below = '';
          for (const { kind, key, value } of sequence) {
            if (kind === 'set') {
              layer.set(key, hash(key), value);
              map.set(key, value);
            } else if (kind === 'setAll') {
              const other = new WriteLayer();
              for (const later of [key, `${key}!`]) {
                other.set(later, hash(later), null);
                map.set(later, null);
              }
              layer.setAll(other);
            } else if (kind === 'clear') {
              layer.clear();
              map.clear();
            } else {
              if (key > below) below = key;
              layer.dropBelow(below);
              const left = new Set(layer.keys());
              for (const old of map.keys()) if (old < below && !left.has(old)) map.delete(old);
            }
            for (const asked of [key, ...absent]) assert.equal(layer.get(asked, hash(asked)), map.get(asked));
            assert.deepEqual([...layer], [...map]);
            assert.deepEqual([...layer.keys()], [...map.keys()]);
            assert.deepEqual([layer.size, layer.bytes], [map.size, bytesOf(map)]);
          }
          for (const asked of map.keys()) assert.equal(layer.get(asked, hash(asked)), map.get(asked));
        }),
      );
    });
  }

  it('drops the keys below another key when they were added first, and are a quarter or more', () => {
    const layer = new WriteLayer();
    const keys = Array.from({ length: 1000 }, (_, n) => String(n).padStart(4, '0'));
    for (const key of keys) layer.set(key, hashOf(key), null);
    layer.dropBelow('0249');
    assert.equal(layer.size, 1000);
    layer.dropBelow('0250');
    assert.deepEqual([...layer.keys()], keys.slice(250));
    layer.dropBelow('9');
    assert.deepEqual([layer.size, layer.bytes], [0, 0]);
  });

  it('keeps keys below another key that were added after it, until those before them are dropped', () => {
    const layer = new WriteLayer();
    for (const key of ['b', 'a', 'c']) layer.set(key, hashOf(key), null);
    layer.dropBelow('b');
    assert.deepEqual([...layer.keys()], ['b', 'a', 'c']);
    layer.dropBelow('c');
    assert.deepEqual([...layer.keys()], ['c']);
  });

  it('visits its writes in the order in which their keys were added, with their hashes', () => {
    const layer = new WriteLayer();
    const value = Buffer.from('1');
    for (const key of ['b', 'a', 'b']) layer.set(key, hashOf(key), value);
    const visited: unknown[] = [];
    layer.forEach((...visit) => void visited.push(visit));
    assert.deepEqual(visited, [
      [value, 'b', hashOf('b')],
      [value, 'a', hashOf('a')],
    ]);
  });
});
