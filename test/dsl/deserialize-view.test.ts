import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deserializeView, type Serde, Serdes } from '../../streams/dsl/serde/serdes.js';

describe('what is deserialized from a view of a batch', () => {
  const batch = Buffer.from('....value....');
  const view = batch.subarray(4, 9);

  /** A serde of the application may do whatever it likes with its argument. */
  const own: Serde<Buffer> = { serialize: value => value, deserialize: value => value };

  for (const [name, serde] of Object.entries({
    'the bytes serde': Serdes.bytes(),
    'a serde of the application': own,
  })) {
    it(`does not keep the batch in memory: ${name} gets a copy`, () => {
      const value = deserializeView(serde, view);
      assert.equal(value.toString(), 'value');
      assert.notEqual(value.buffer, batch.buffer);
    });
  }

  it('is not copied for serdes that keep nothing of their argument', () => {
    const seen: Buffer[] = [];
    const text = Serdes.string();
    assert.equal(deserializeView(text, view), 'value');
    const json = Serdes.json<number>();
    assert.equal(deserializeView(json, Buffer.from('1')), 1);
    assert.equal(deserializeView({ ...text, deserialize: bytes => String(seen.push(bytes)) }, view), '1');
    assert.notEqual(seen[0]?.buffer, batch.buffer);
  });
});
