import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FAULT_KINDS } from './faults/faults.js';
import { planRound } from './plan.js';

describe('the plan of a chaos round', () => {
  const seeds = fc.integer({ min: 0, max: 0x7fff_ffff });

  it('is the same for the same seed, and another for another one', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const options = { records: 200_000, faults: 6 };
        assert.deepEqual(planRound({ ...options, seed }), planRound({ ...options, seed }));
        assert.notDeepEqual(planRound({ ...options, seed }).faults, planRound({ ...options, seed: seed + 1 }).faults);
      }),
    );
  });

  it('has so many faults, in the order of their moments while users are sent', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 40 }), (seed, count) => {
        const { faults, sendMs, processes } = planRound({ seed, records: 200_000, faults: count });
        assert.equal(faults.length, count);
        assert.deepEqual(
          [...faults],
          faults.toSorted((a, b) => a.atMs - b.atMs),
        );
        assert.ok(faults.every(({ atMs }) => atMs > 0 && atMs < sendMs));
        assert.ok(processes >= 1 && processes <= 3);
      }),
    );
  });

  it('repeats no kind before each came once', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const { faults } = planRound({ seed, records: 1, faults: FAULT_KINDS.length });
        assert.equal(new Set(faults.map(({ kind }) => kind)).size, FAULT_KINDS.length);
      }),
    );
  });

  it('takes its kinds from those that it is given', () => {
    const { faults } = planRound({ seed: 7, records: 1, faults: 5, only: ['zombie', 'cut'] });
    assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(['zombie', 'cut']));
  });
});
