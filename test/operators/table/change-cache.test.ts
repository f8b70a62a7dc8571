import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { ChangeCache } from '../../../streams/runtime/processors/table/change-cache.js';

interface Update {
  readonly key: string;
  readonly bytes: number;
  readonly hasOld: boolean;
  readonly header: string;
}

describe('the memory of cached updates', () => {
  it('is what the rows take that are in it: the old value, and the last new one', () => {
    const update = fc.record({
      key: fc.constantFrom('a', 'bb', 'ccc'),
      bytes: fc.nat(1000),
      hasOld: fc.boolean(),
      header: fc.constantFrom('', 'x', 'xyz'),
    });
    const steps = fc.array(fc.oneof({ weight: 8, arbitrary: update }, { weight: 1, arbitrary: fc.constant('drain') }));
    const empty = new ChangeCache();
    empty.put('', '', 0, null, 0, NO_HEADERS, 0);
    const overhead = empty.bytes;
    assert.ok(overhead > 0);
    fc.assert(
      fc.property(steps as fc.Arbitrary<(Update | 'drain')[]>, all => {
        const cache = new ChangeCache();
        const rows = new Map<string, { old: number; now: number }>();
        for (const step of all) {
          if (step === 'drain') {
            cache.drain(() => {});
            rows.clear();
          } else {
            const { key, bytes, hasOld, header } = step;
            const headers = header === '' ? NO_HEADERS : [{ key: header, value: Buffer.from(header) }];
            cache.put(key, key, 'new', hasOld ? 'old' : null, 0, headers, bytes);
            rows.set(key, { old: rows.get(key)?.old ?? (hasOld ? bytes : 0), now: bytes + 2 * header.length });
          }
          let expected = 0;
          for (const [key, { old, now }] of rows) expected += overhead + key.length + old + now;
          assert.equal(cache.bytes, expected);
        }
      }),
    );
  });
});
