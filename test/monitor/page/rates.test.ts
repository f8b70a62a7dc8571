import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import type { Snapshot } from '../../../monitor/snapshot.js';
import { AT, auditTotals, snapshotAt, steadyHistory } from './page-events.js';
import { pageModule } from './page-module.js';

type Column = (number | null)[];

interface FlowModule {
  readonly FlowHistory: new () => {
    replace(history: object): void;
    add(snapshot: Snapshot): void;
    columns(): { readonly at: number[]; readonly produced: Column; readonly processed: Column; readonly lag: Column };
  };
}

describe('rates of the live page', () => {
  let flow: FlowModule;
  before(async () => {
    flow = await pageModule('flow-history.js');
  });

  it('are records a second, from the totals of the history and of the snapshots after it', () => {
    const history = new flow.FlowHistory();
    history.replace(steadyHistory(20));
    history.add(snapshotAt(0, { audit: auditTotals({ produced: 10_500, lag: 1500 }) }));
    const { at, produced, processed, lag } = history.columns();
    assert.equal(at.length, 21);
    assert.deepEqual([produced[0], produced[19], processed[19], lag[20]], [null, 100, 90, 1500]);
    // The last 5 seconds: 400 by the history, and 600 by the snapshot.
    assert.equal(produced[20], 200);
  });

  it('are not known while the cluster does not answer, and right again after that', () => {
    const history = new flow.FlowHistory();
    const totals = (produced: number): object => ({ audit: auditTotals({ produced, lag: 0 }) });
    const down = { cluster: { up: false, reason: 'away', since: AT } };
    history.add(snapshotAt(0, totals(100)));
    history.add(snapshotAt(1, totals(200)));
    history.add(snapshotAt(2, { ...totals(200), ...down }));
    history.add(snapshotAt(3, totals(900)));
    history.add(snapshotAt(4, totals(1000)));
    const { produced, lag } = history.columns();
    assert.deepEqual(produced, [null, 100, null, null, 100]);
    assert.deepEqual(lag, [0, 0, null, 0, 0]);
  });

  it('break off at a gap, and at totals that begin anew', () => {
    const history = new flow.FlowHistory();
    history.replace({ at: [0, 1000, 61_000, 62_000, 63_000], produced: [0, 10, 20, 30, 5], processed: [], lag: [] });
    const { at, produced } = history.columns();
    assert.deepEqual(at, [0, 1000, 31_000, 61_000, 62_000, 63_000]);
    assert.deepEqual(produced, [null, 10, null, null, 10, null]);
  });

  it('are of the last 15 minutes', () => {
    const history = new flow.FlowHistory();
    for (let second = 0; second <= 1000; second++) history.add(snapshotAt(second));
    const { at } = history.columns();
    assert.deepEqual([at.length, at[0], at.at(-1)], [901, AT + 100_000, AT + 1_000_000]);
  });

  it('never fail, whatever arrays come: columns fit each other, time rises, no rate is negative', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 1e6 }), fc.constantFrom(null, 'x', Number.NaN, undefined));
    const column = fc.oneof(fc.array(value), fc.constantFrom(undefined, null, {}, 3));
    const event = fc.record({ at: column, produced: column, processed: column, lag: column });
    fc.assert(
      fc.property(event, fc.array(fc.nat(1e7)), (given, times) => {
        const history = new flow.FlowHistory();
        history.replace(given);
        for (const at of times) history.add({ ...snapshotAt(0), at });
        const { at, produced, processed, lag } = history.columns();
        assert.deepEqual([produced.length, processed.length, lag.length], [at.length, at.length, at.length]);
        at.slice(1).forEach((time, index) => {
          assert.equal(time > (at[index] ?? time), true);
        });
        for (const rate of [...produced, ...processed]) assert.equal(rate === null || rate >= 0, true);
      }),
    );
  });
});
