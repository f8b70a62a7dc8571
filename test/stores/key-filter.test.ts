import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { KeyFilter } from '../../stores/bytes/key-filter.js';
import type { StateKey } from '../../stores/encoding/state-key.js';
import { timePrefix } from '../../stores/encoding/time-prefix.js';

/** Two keys fill the first generation: most answers depend on several generations, and many of them are false positives. */
const TINY = { firstBytes: 4, maxBytes: 64 };
/** Just after a generation was added; half of that when it is full. */
const MAX_BYTES_PER_KEY = 4;

type Action = { readonly kind: 'add' | 'forgetBelow' | 'assumeUpTo'; readonly key: StateKey };

const anyKey = fc.string({ unit: fc.nat(255).map(code => String.fromCharCode(code)), maxLength: 12 });
const windowKey = fc.tuple(fc.nat(9), fc.nat(200)).map(([window, n]) => `${timePrefix(window * 60_000)}user ${n}`);

const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant('add'), key: fc.oneof(windowKey, anyKey) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forgetBelow'), key: windowKey }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('assumeUpTo'), key: windowKey }) },
  ),
  { maxLength: 150, size: 'max' },
);

describe('KeyFilter', () => {
  it('never denies a key that was added and not forgotten, whatever was added, forgotten and assumed', () => {
    fc.assert(
      fc.property(actions, fc.option(windowKey, { nil: undefined }), (sequence, first) => {
        const filter = new KeyFilter(first, TINY);
        const added = new Set<StateKey>();
        for (const { kind, key } of sequence) {
          filter[kind](key);
          if (kind === 'add') added.add(key);
          if (kind === 'forgetBelow') for (const old of added) if (old < key) added.delete(old);
          for (const present of added) {
            assert.ok(filter.mayContain(present), `${kind} ${JSON.stringify(key)}: ${JSON.stringify(present)}`);
          }
          assert.ok(filter.bytes <= TINY.maxBytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('denies no key up to its bound, wherever that comes from, and every key above it', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyKey, (first, assumed, key) => {
        const filter = new KeyFilter(first);
        assert.equal(filter.mayContain(key), key <= first);
        filter.assumeUpTo(assumed);
        assert.equal(filter.mayContain(key), key <= first || key <= assumed);
      }),
    );
  });

  it('denies every key when there is none', () => {
    const filter = new KeyFilter(undefined);
    assert.deepEqual([filter.mayContain(''), filter.mayContain('a'), filter.bytes], [false, false, 0]);
  });

  const keyNumber: Record<string, (n: number) => StateKey> = {
    'emails in a window': n => `${timePrefix(1_700_000_000_000)}user${n}@example.com`,
    'numbers as text': n => String(n),
    'eight bytes of a number': n => timePrefix(n),
    'keys that differ in one byte each': n => `${String.fromCharCode(n & 0xff, (n >> 8) & 0xff, n >> 16)} and so on`,
  };
  for (const [keys, key] of Object.entries(keyNumber)) {
    it(`denies 99 of 100 keys that are not there, from 100 to 300,000 ${keys}, within four bytes a key`, () => {
      // Keys up to the greatest of the filter: what lies above is denied in any case.
      const filter = new KeyFilter(undefined);
      filter.add(key(0xff_ffff));
      let added = 0;
      for (const size of [100, 1000, 3000, 10_000, 65_536, 131_073, 300_000]) {
        while (added < size) filter.add(key(++added));
        let wrong = 0;
        for (let n = 1; n <= 20_000; n++) if (filter.mayContain(key(1_000_000 + n))) wrong++;
        assert.ok(wrong <= 200, `${wrong} of 20,000 at ${size} keys`);
        assert.ok(
          filter.bytes <= Math.max(4096, MAX_BYTES_PER_KEY * (size + 1)),
          `${filter.bytes} bytes at ${size} keys`,
        );
      }
      for (let n = 1; n <= added; n++) assert.ok(filter.mayContain(key(n)));
    });
  }

  it('does not grow by keys that are added again and again', () => {
    const filter = new KeyFilter(undefined);
    for (let round = 0; round < 100; round++) for (let n = 0; n < 1500; n++) filter.add(`row ${n}`);
    assert.equal(filter.bytes, 4096);
  });

  it('forgets the keys of windows that have expired, and does not grow by the windows that come', () => {
    const filter = new KeyFilter(undefined);
    const perWindow = 20_000;
    for (let window = 0; window < 60; window++) {
      const prefix = timePrefix(window * 60_000);
      for (let n = 0; n < perWindow; n++) filter.add(`${prefix}user ${n}`);
      // Two windows are kept.
      filter.forgetBelow(timePrefix((window - 1) * 60_000));
      assert.ok(filter.bytes <= 2 * MAX_BYTES_PER_KEY * 2 * perWindow, `${filter.bytes} bytes in window ${window}`);
    }
    let wrong = 0;
    for (let n = 0; n < perWindow; n++) if (filter.mayContain(`${timePrefix(59 * 60_000)}other ${n}`)) wrong++;
    assert.ok(wrong <= perWindow / 100, `${wrong} of ${perWindow}`);
    filter.forgetBelow(timePrefix(60 * 60_000));
    assert.equal(filter.bytes, 0);
  });

  it('gives up what it knows when there are too many keys, and begins again above them', () => {
    const filter = new KeyFilter(undefined, { firstBytes: 4, maxBytes: 1024 });
    for (let n = 0; n < 600; n++) filter.add(`a${n}`);
    assert.ok(filter.bytes < 1024);
    for (let n = 0; n < 600; n++) assert.ok(filter.mayContain(`a${n}`));
    assert.ok(filter.mayContain('a'));
    assert.equal(filter.mayContain('b'), false);
    filter.add('b1');
    assert.ok(filter.mayContain('b1'));
    assert.equal(filter.mayContain('b2'), false);
  });
});
