import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { auditTotals } from '../../monitor/audit-totals.js';
import { CounterTotals } from '../../monitor/counter-totals.js';
import { decodeCheckpoint } from '../../streams/audit/checkpoint.js';
import { checkpointOf } from './audit-fixture.js';

describe('the audit', () => {
  it('adds up what the tasks say and what the partitions have', () => {
    const totals = auditTotals(
      [
        checkpointOf({ task: '0_0', offsets: { begin: 10, next: 110 }, rejected: 7, late: 2 }),
        checkpointOf({ task: '0_1', offsets: { begin: 0, next: 50 }, rejected: 1, late: 1 }),
      ],
      [
        { low: 5, high: 130 },
        { low: 0, high: 50 },
        { low: 3, high: 9 },
      ],
    );
    assert.deepEqual(totals, {
      produced: 120 + 50 + 6,
      cleaned: 93 + 49,
      rejected: 8,
      late: 3,
      lag: 26,
      unaccounted: 0,
    });
  });

  it('knows what was produced of a partition before a task has committed anything there', () => {
    const totals = auditTotals([], [{ low: 0, high: 4 }]);
    assert.deepEqual(totals, { produced: 4, cleaned: 0, rejected: 0, late: 0, lag: 4, unaccounted: 0 });
  });

  it('takes what is committed for produced, though the ends were asked before', () => {
    const { produced, lag } = auditTotals(
      [checkpointOf({ task: '0_0', offsets: { begin: 0, next: 60 } })],
      [{ low: 0, high: 40 }],
    );
    assert.deepEqual([produced, lag], [60, 0]);
  });

  it('knows what the tasks did while the ends of the partitions are not known', () => {
    const record = checkpointOf({ task: '0_3', offsets: { begin: 2, next: 9 } });
    assert.deepEqual(auditTotals([record], []), {
      produced: 7,
      cleaned: 7,
      rejected: 0,
      late: 0,
      lag: 0,
      unaccounted: 0,
    });
  });

  it('counts what was read of a topic of the same name that was deleted since', () => {
    const record = checkpointOf({ task: '0_0', offsets: { begin: 0, next: 5, earlier: 3 }, cleaned: 8 });
    const { produced, lag, unaccounted } = auditTotals([record], [{ low: 0, high: 6 }]);
    assert.deepEqual([produced, lag, unaccounted], [9, 1, 0]);
  });

  it('counts a record that is lost, and one that is doubled', () => {
    const of = (cleaned: number): number =>
      auditTotals([checkpointOf({ task: '0_0', offsets: { begin: 0, next: 10 }, cleaned })], []).unaccounted;
    assert.deepEqual([of(9), of(10), of(11)], [1, 0, -1]);
  });

  it('counts by the records in where offsets were not written yet', () => {
    const { offsets: _, ...old } = checkpointOf({
      task: '0_0',
      offsets: { begin: 0, next: 10 },
      rejected: 1,
      cleaned: 8,
    });
    const totals = auditTotals([decodeCheckpoint(Buffer.from(JSON.stringify(old)))], [{ low: 0, high: 12 }]);
    assert.deepEqual([totals.unaccounted, totals.produced], [1, 12]);
  });

  it('accounts for every record at each moment: of a run, whatever was committed and whenever the ends were asked', () => {
    const partition = fc.record({
      begin: fc.nat(1000),
      outcomes: fc.array(fc.constantFrom('cleaned', 'rejected'), { maxLength: 60 }),
      committed: fc.nat(60),
      asked: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(partition, { maxLength: 5 }), partitions => {
        const tasks = partitions.map(({ begin, outcomes, committed }, p) => {
          const done = outcomes.slice(0, committed);
          const rejected = done.filter(outcome => outcome === 'rejected').length;
          return checkpointOf({ task: `0_${p}`, offsets: { begin, next: begin + done.length }, rejected });
        });
        const ends = partitions.map(({ begin, outcomes, asked }) => ({
          low: 0,
          high: begin + Math.min(asked, outcomes.length),
        }));
        const { produced, cleaned, rejected, lag, unaccounted } = auditTotals(tasks, ends);
        assert.equal(unaccounted, 0);
        assert.equal(produced, cleaned + rejected + lag);
        assert.ok(lag >= 0);
      }),
    );
  });
});

describe('the totals as counters', () => {
  it('never go back', () => {
    const counters = new CounterTotals();
    counters.advance({ produced: 10, cleaned: 5, rejected: 2, late: 1 });
    counters.advance({ produced: 8, cleaned: 6, rejected: 0, late: 1 });
    const { produced, cleaned, rejected, late } = counters;
    assert.deepEqual([produced, cleaned, rejected, late], [10, 6, 2, 1]);
  });

  it('begin again with the topics that they are counted of', () => {
    const counters = new CounterTotals();
    counters.advance({ produced: 10, cleaned: 5, rejected: 2, late: 1 });
    counters.restart();
    counters.advance({ produced: 3, cleaned: 2, rejected: 1, late: 0 });
    assert.deepEqual([counters.produced, counters.late], [3, 0]);
  });
});
