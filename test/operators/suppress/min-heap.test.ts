import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { MinHeap } from '../../../streams/runtime/processors/min-heap.js';

describe('MinHeap', () => {
  it('gives the least of what is in it, whatever was pushed and popped before', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50), { nil: undefined, freq: 3 })), actions => {
        const heap = new MinHeap<number>((a, b) => a < b);
        const model: number[] = [];
        for (const action of actions) {
          if (action === undefined) assert.equal(heap.pop(), model.shift());
          else {
            heap.push(action);
            model.push(action);
            model.sort((a, b) => a - b);
          }
          assert.equal(heap.peek(), model[0]);
        }
        for (const least of model) assert.equal(heap.pop(), least);
        assert.equal(heap.pop(), undefined);
      }),
    );
  });

  it('takes its order from who makes it', () => {
    const heap = new MinHeap<string>((a, b) => a > b);
    for (const item of ['b', 'c', 'a', 'c']) heap.push(item);
    assert.deepEqual([heap.pop(), heap.pop(), heap.pop(), heap.pop(), heap.pop()], ['c', 'c', 'b', 'a', undefined]);
  });
});
