import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frame } from './frame.js';

describe('RecordFramer', function () {
  this.timeout(30_000);

  it('takes the elements of an array as they are written', () => {
    const elements = ['{"id":1,"email":"A@b.c"}', '{}', '{"a":{"b":[{"c":"}"}]}}'];
    const { values, keys, error } = frame(`[${elements.join(', ')}]`);
    assert.equal(error, undefined);
    assert.deepEqual(values, elements);
    assert.deepEqual(keys, ['a@b.c', null, null]);
  });

  it('takes one value a line', () => {
    const lines = ['{"id":1,"email":"a@b.c"}', '{"id":2}', '', '{"id":3}'];
    assert.deepEqual(frame(lines.join('\r\n')).values, lines.filter(Boolean));
    assert.deepEqual(frame(`${lines.join('\n')}\n`).values, lines.filter(Boolean));
  });

  it('takes values that are no objects as they are', () => {
    const elements = [
      '1',
      '-2.50e+3',
      'null',
      'true',
      '"a,]}b"',
      '[1,{"email":"a@b.c"}]',
      '{"email":"a@b.c"}',
      '[]',
      '""',
    ];
    const { values, keys } = frame(`[${elements.join(' ,')}]`);
    assert.deepEqual(values, elements);
    assert.deepEqual(keys, [null, null, null, null, null, null, 'a@b.c', null, null]);
    const lines = elements.filter(element => !element.startsWith('['));
    assert.deepEqual(frame(lines.join('\n')).values, lines);
  });

  it('changes nothing of a record: long numbers, repeated fields, __proto__, escapes, invalid UTF-8', () => {
    const record = Buffer.concat([
      Buffer.from(
        '{"id":12345678901234567890,"f":1.0,"e":1e400,"id":-0,"__proto__":{"x":1},"s":"\\u00e9\\/\\ud800","raw":"',
      ),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}'),
    ]);
    const { values } = frame(Buffer.concat([Buffer.from('['), record, Buffer.from(']')]));
    assert.deepEqual(values, [record.toString()]);
  });

  it('removes the white space between the tokens of a record over several lines, and none in its strings', () => {
    const users = [{ email: 'a@b.c', text: ' a  b\t"\n: , ' }, { list: [1, 2, { deep: null }] }];
    assert.deepEqual(
      frame(JSON.stringify(users, null, 2)).values,
      users.map(user => JSON.stringify(user)),
    );
    assert.deepEqual(frame(JSON.stringify(users[0], null, '\t')).values, [JSON.stringify(users[0])]);
  });

  it('accepts a byte order mark', () => {
    for (const chunkBytes of [1, 2, 3, 100]) {
      assert.deepEqual(frame('\ufeff[{"a":1}]', chunkBytes).values, ['{"a":1}']);
      assert.deepEqual(frame('\ufeff\n{"a":1}\n', chunkBytes).values, ['{"a":1}']);
    }
  });

  it('finds the email wherever and however it is written in the record, and only there', () => {
    assert.deepEqual(frame('[{"a":{"email":"deep@b.c"},"\\u0065mail":"\\u0041\\u00c9@b.c"}]').keys, ['aé@b.c']);
    assert.deepEqual(frame('[{"email":"\u00c9VA@b.c"},{"a":["email","x@b.c"]}]').keys, ['éva@b.c', null]);
    assert.deepEqual(frame('[{"email":"a@b.c","email":"z@b.c"},{"email":"a@b.c","email":null}]').keys, ['z@b.c', null]);
    assert.deepEqual(frame('{"email":["a@b.c"]}\n{"email":{"email":"a@b.c"}}').keys, [null, null]);
  });

  it('holds no records where the array is empty', () => {
    assert.deepEqual(frame(' [ ] \n'), { values: [], keys: [], error: undefined });
  });

  for (const text of ['', ' \n\t', '\ufeff', '\ufeff\n']) {
    it(`reports that ${JSON.stringify(text)} holds no JSON`, () => {
      assert.match(frame(text).error?.message ?? '', /the input holds no JSON/);
    });
  }

  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('}', '{"a":1}', '],[', '\\"', '\n'));
  const { value: json } = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      number,
      text,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, fc.constant('email')), tie('value'), { maxKeys: 5 }),
    ),
  }));
  const space = fc.constantFrom(undefined, 1, '\t');
  const chunk = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 500 }));

  it('yields each element of an array once and in order, however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(json), space, chunk, (elements, indent, chunkBytes) => {
        const { values, error } = frame(JSON.stringify(elements, null, indent), chunkBytes);
        assert.equal(error, undefined);
        assert.deepEqual(
          values.map(value => JSON.parse(value)),
          elements.map(element => JSON.parse(JSON.stringify(element))),
        );
      }),
    );
  });

  it('yields each line once and in order, however the text is cut', () => {
    const line = json.map(value => JSON.stringify(value)).filter(value => !value.startsWith('['));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.boolean(), chunk, (lines, lastEnds, chunkBytes) => {
        const { values, error } = frame(lines.join('\n') + (lastEnds ? '\n' : ''), chunkBytes);
        assert.equal(error, undefined);
        assert.deepEqual(values, lines);
      }),
    );
  });
});
