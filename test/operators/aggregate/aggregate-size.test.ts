import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type Serde, Serdes } from '../../../streams/index.js';
import { AggregateSize } from '../../../streams/runtime/processors/aggregation/aggregate-size.js';

const serde = Serdes.json<unknown>();
const sizeOf = (aggregate: unknown): number => serde.serialize(aggregate).length;

describe('the size of an aggregate', () => {
  let measured: number;
  const counting: Serde<unknown> = {
    ...serde,
    serialize: value => {
      measured++;
      return serde.serialize(value);
    },
  };

  beforeEach(() => {
    measured = 0;
  });

  it('of a number is part of its entry: nothing is serialized', () => {
    const size = new AggregateSize(counting);
    assert.equal(size.ofNew(1), 0);
    assert.equal(size.ofGrown(4, 4, 0), 0);
    assert.equal(measured, 0);
  });

  it('of a list that grows is at least half of what it is, though it is serialized a few times only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 3000 }), records => {
        measured = 0;
        const size = new AggregateSize(counting);
        const list = ['0123456789'];
        let bytes = size.ofNew(list);
        for (let n = 2; n <= records; n++) {
          list.push('0123456789');
          bytes = size.ofGrown(list, n, bytes);
        }
        assert.ok(bytes >= sizeOf(list) / 2 - 16 && bytes <= sizeOf(list), `${bytes} of ${sizeOf(list)}`);
        assert.ok(measured <= 1 + Math.log2(records), `${measured} times`);
      }),
    );
  });

  it('of many that do not grow is the average of a sample', () => {
    const size = new AggregateSize(counting);
    let bytes = 0;
    for (let i = 0; i < 10_000; i++) bytes += size.ofNew(['x'.repeat(100 + (i % 7))]);
    assert.ok(Math.abs(bytes / 10_000 - 107) < 4, `${bytes / 10_000}`);
    assert.ok(measured <= 320, `${measured} times`);
  });

  it('is unknown where it can not be serialized, which is no error here', () => {
    const size = new AggregateSize(counting);
    assert.equal(size.ofNew({ big: 1n }), 0);
  });
});
