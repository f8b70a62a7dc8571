import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BadLine, LineFramer } from '../../producer/line-framer.js';
import type { SourceRecord } from '../../producer/record-source.js';

function framed(text: string, chunkBytes: number): { readonly values: string[]; readonly bad: [number, string][] } {
  const bytes = Buffer.from(text);
  const records: SourceRecord[] = [];
  const bad: BadLine[] = [];
  const framer = new LineFramer(line => bad.push(line));
  for (let from = 0; from < bytes.length; from += chunkBytes)
    framer.push(bytes.subarray(from, from + chunkBytes), records);
  framer.end(records);
  return {
    values: records.map(({ value }) => value.toString()),
    bad: bad.map(({ line, text }) => [line, String(text)]),
  };
}

describe('LineFramer', () => {
  it('takes each line once, a record if it is JSON and a bad line if not, however the text is cut', () => {
    const good = fc.json().filter(json => !json.startsWith('['));
    const wrong = fc.constantFrom('oops', '{"a":1', '{"a":1} {"b":2}', '}', '"é', '{"id":01}');
    const lines = fc.array(fc.oneof(good, wrong), { minLength: 1 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 50 }), (texts, chunkBytes) => {
        const { values, bad } = framed(texts.join('\n'), chunkBytes);
        const isJson = (text: string): boolean => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        };
        assert.deepEqual(
          values,
          texts.filter(isJson).map(text => text.trim()),
        );
        assert.deepEqual(
          bad,
          texts.flatMap((text, index): [number, string][] => (isJson(text) ? [] : [[index + 1, text]])),
        );
      }),
    );
  });

  it('accepts a byte order mark', () => {
    assert.deepEqual(framed('\ufeff{"a":1}\n', 2), { values: ['{"a":1}'], bad: [] });
  });
});
