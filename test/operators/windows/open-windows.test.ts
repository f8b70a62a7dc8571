import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { OpenWindows } from '../../../streams/runtime/processors/window/open-windows.js';

type Action = { readonly add: number; readonly row: string } | { readonly takeUpTo: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ add: fc.nat(20), row: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ takeUpTo: fc.integer({ min: -1, max: 21 }) }),
);

describe('open windows', () => {
  it('are taken by their start, their rows by key, each once, and the earliest of the rest is known', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const windows = new OpenWindows();
        let model: { readonly windowStart: number; readonly row: string }[] = [];
        for (const action of actions) {
          if ('add' in action) {
            const { add: windowStart, row } = action;
            windows.add(windowStart, row);
            if (!model.some(known => known.windowStart === windowStart && known.row === row)) {
              model.push({ windowStart, row });
            }
          } else {
            const due = model.filter(({ windowStart }) => windowStart <= action.takeUpTo);
            model = model.filter(({ windowStart }) => windowStart > action.takeUpTo);
            due.sort((a, b) => a.windowStart - b.windowStart || (a.row < b.row ? -1 : 1));
            const taken = windows
              .takeUpTo(action.takeUpTo)
              .flatMap(({ windowStart, rows }) => rows.map(row => ({ windowStart, row })));
            assert.deepEqual(taken, due);
          }
          const starts = model.map(({ windowStart }) => windowStart);
          assert.equal(windows.earliest, Math.min(...starts, Number.POSITIVE_INFINITY));
        }
      }),
    );
  });

  it('may be 300,000', () => {
    const windows = new OpenWindows();
    for (let start = 300_000; start > 0; start--) windows.add(start, 'row');
    assert.equal(windows.takeUpTo(1).length, 1);
    assert.equal(windows.earliest, 2);
    assert.equal(windows.takeUpTo(300_000).length, 299_999);
  });
});
