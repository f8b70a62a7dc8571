import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromMessageHeaders, TextHeader, toMessageHeaders } from '../../streams/kafka/message-headers.js';
import type { Header } from '../../streams/kafka/record.js';
import { recordBytes } from '../../streams/runtime/output/record-collector.js';

const key = fc.oneof(fc.constantFrom('trace', '__streams.base64', '__proto__'), fc.string());
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array)),
  fc.string({ unit: 'binary' }).map(text => Buffer.from(text)),
);
const headers = fc.array(fc.record({ key, value: bytes }, { noNullPrototype: true }), { maxLength: 5 });

/** What node-rdkafka makes of it: UTF-8 up to the first NUL, and a Buffer where it is read. */
function throughClient(written: ReturnType<typeof toMessageHeaders>): { [key: string]: Buffer }[] {
  return written.map(header =>
    Object.fromEntries(
      Object.entries(header).map(([name, value]) => [name, Buffer.from(String(value).split('\0', 1)[0] ?? '')]),
    ),
  );
}

describe('headers on their way through the client, which takes text only', () => {
  it('come back as they were, whatever bytes they have', () => {
    fc.assert(
      fc.property(headers, given => {
        assert.deepEqual(fromMessageHeaders(throughClient(toMessageHeaders(given))), given);
      }),
    );
  });

  it('are what they are where they are text, for whoever reads them', () => {
    const text: Header[] = [{ key: 'trace', value: Buffer.from('grün') }];
    assert.deepEqual(toMessageHeaders(text), [{ trace: 'grün' }]);
  });

  it('are base64, with a header before that says so, where they are not', () => {
    for (const value of [Buffer.from([0xff, 0xfe]), Buffer.from('a\0b')]) {
      assert.deepEqual(toMessageHeaders([{ key: 'id', value }]), [
        { '__streams.base64': 'id' },
        { id: value.toString('base64') },
      ]);
    }
  });

  it('are the same if they are made of texts, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', 'a\0b', 'half \ud83d', 'grün'),
    );
    fc.assert(
      fc.property(key, text, (name, given) => {
        const ofBytes: Header = { key: name, value: Buffer.from(given) };
        const ofText = TextHeader.of(name, given);
        assert.deepEqual(toMessageHeaders([ofText]), toMessageHeaders([ofBytes]));
        assert.deepEqual({ key: ofText.key, value: ofText.value }, ofBytes);
        assert.equal(recordBytes(null, null, [ofText]), recordBytes(null, null, [ofBytes]));
      }),
    );
  });

  it('of others are left as they are where they only look like ours', () => {
    for (const sent of [
      [{ '__streams.base64': Buffer.from('id') }],
      [{ '__streams.base64': Buffer.from('id') }, { other: Buffer.from('AAAA') }],
      [{ '__streams.base64': Buffer.from('id') }, { id: Buffer.from('no base64!') }],
    ]) {
      const expected = sent.flatMap(header => Object.entries(header).map(([name, value]) => ({ key: name, value })));
      assert.deepEqual(fromMessageHeaders(sent), expected);
    }
  });
});
