import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frame } from './frame.js';

/** A text of which `^` marks the byte that can't be read. */
function broken(marked: string, record: number, reason: string): void {
  it(`${JSON.stringify(marked)}: ${reason}`, () => {
    const [before = '', after = ''] = marked.split('^');
    const text = before + after;
    const byte = Buffer.byteLength(before);
    const line = before.split('\n').length;
    for (const chunkBytes of [1, 3, 1000]) {
      const { values, error } = frame(text, chunkBytes);
      assert.equal(error?.message, `line ${line}, record ${record}, byte ${byte}: ${reason}`);
      assert.deepEqual(error.place, { line, record, byte });
      assert.equal(values.length, record - 1);
    }
  });
}

describe('RecordFramer, at the first byte that can not be read,', () => {
  const early = 'the input ends too early';
  broken('[{"a":1},{"a":^x}]', 2, 'unexpected "x"');
  broken('[{"a":1},{"é€😀":^x}]', 2, 'unexpected "x"');
  broken('\ufeff[{"a":"é"},{"b":"😀"}^{"c":1}]', 3, 'unexpected "{"');
  broken('[{"a":1},^]', 2, 'unexpected "]"');
  broken('[^,{"a":1}]', 1, 'unexpected ","');
  broken('[{"a":1}]^[', 2, 'unexpected "["');
  broken('[{"a":1}] \n^x', 2, 'unexpected "x"');
  broken('[{"a":1},{"a":^tru}]', 2, 'unexpected "t"');
  broken('[{"a":"1^\n"}]', 1, 'unexpected byte 0x0a');
  broken('[{"a":"1^\\x"}]', 1, 'unexpected "\\\\"');
  broken('[{"a":0^1}]', 1, 'unexpected "1"');
  broken('[{"a":1.^}]', 1, 'unexpected "}"');
  broken('[{"a":1}^}', 2, 'unexpected "}"');
  broken('{"a":"é"}\n{"a":1\n^{"a":2}\n', 2, 'unexpected "{"');
  broken('{"a":1}\n^nonsense\n{"a":2}\n', 2, 'unexpected "n"');
  broken('{"a":1}^{"a":2}', 2, 'unexpected "{"');
  broken('{"a":1}^,\n{"a":2}', 2, 'unexpected ","');
  broken('1\n2^{"a":1}', 2, 'unexpected "{"');
  broken('^<html>', 1, 'unexpected "<"');
  broken('[{"a":1},{"a":"é^', 2, early);
  broken('[{"a":1},{"a":tru^', 2, early);
  broken('[{"a":1},{"a":"\\u00^', 2, early);
  broken('[{"a":1}^', 2, early);
  broken('[{"a":1},^', 2, early);
  broken('[^', 1, early);
  broken('{"a":1}\n{"a":1^', 2, early);
  broken('{"a":1}\n"a^', 2, early);
});

describe('RecordFramer, with any damage to a text,', function () {
  this.timeout(30_000);
  const user = fc.record({
    email: fc.emailAddress(),
    name: fc.string({ unit: 'binary' }),
    list: fc.array(fc.integer()),
  });
  const users = fc.tuple(fc.array(user, { minLength: 1, maxLength: 8 }), fc.boolean());
  const damage = fc.tuple(fc.nat(), fc.constantFrom('cut', 'drop', ...'{}[]",:\\x0-\f\u00a0'));

  it('accepts it only where JSON.parse does, keeps all records before it, and finds the same place in any chunks', () => {
    fc.assert(
      fc.property(users, damage, fc.integer({ min: 1, max: 50 }), ([list, inArray], [where, what], chunkBytes) => {
        const lines = list.map(item => JSON.stringify(item));
        const whole = Buffer.from(inArray ? `[${lines.join(',')}]` : lines.join('\n'));
        const at = where % whole.length;
        const [before, after] = [whole.subarray(0, at), whole.subarray(at + 1)];
        const text = what === 'cut' ? before : Buffer.concat([before, Buffer.from(what === 'drop' ? '' : what), after]);

        const { values, error } = frame(text);
        const inChunks = frame(text, chunkBytes);
        assert.deepEqual(inChunks.values, values);
        assert.equal(inChunks.error?.message, error?.message);
        if (error === undefined) {
          const parsed = inArray
            ? JSON.parse(`${text}`)
            : `${text}`
                .split('\n')
                .filter(Boolean)
                .map(line => JSON.parse(line));
          assert.deepEqual(
            values.map(value => JSON.parse(value)),
            parsed,
          );
          return;
        }
        // Nothing before the damage is wrong, but of an escape its begin is reported; and all complete records are there.
        assert.ok(error.place.byte >= Math.min(at, text.length) - '\\u000'.length, `${error.place.byte} of ${at}`);
        assert.equal(values.length, error.place.record - 1);
        const ends = lines.map(
          (_, index) => Buffer.byteLength(lines.slice(0, index + 1).join(',')) + (inArray ? 1 : 0),
        );
        const complete = ends.filter(end => end <= at).length;
        assert.ok(values.length >= complete, `${values.length} of ${complete} records`);
        assert.deepEqual(values.slice(0, complete), lines.slice(0, complete));
        assert.ok(error.place.byte <= text.length);
      }),
      { numRuns: 500 },
    );
  });
});
