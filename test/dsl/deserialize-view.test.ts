import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deserializeView, type Serde, Serdes } from '../../streams/dsl/serde/serdes.js';

describe('what is deserialized from a view of a batch', () => {
  // In memory of its own: small Buffers share their memory.
  const batch = Buffer.alloc(10_000, '.');
  batch.write('value', 4);
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

  it('is made of the view by a serde that takes one', () => {
    const value = deserializeView({ ...own, takesView: true }, view);
    assert.equal(value, view);
  });

  it('is made of the view by a windowed serde whose inner serde takes one', () => {
    assert.equal(Serdes.timeWindowed(Serdes.string(), 1000).takesView, true);
    assert.equal(Serdes.timeWindowed(own, 1000).takesView, false);
  });

  it('is what the serdes of the library make of it', () => {
    assert.equal(deserializeView(Serdes.string(), view), 'value');
    assert.equal(deserializeView(Serdes.json<number>(), Buffer.from('1')), 1);
  });
});
