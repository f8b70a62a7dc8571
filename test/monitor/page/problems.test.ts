import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { ProcessView, Snapshot } from '../../../monitor/snapshot.js';
import { AT, auditTotals, deadProcess, runningProcess, snapshotAt } from './page-events.js';
import { pageModule } from './page-module.js';

interface ProblemsModule {
  readonly DownTimes: new () => { update(snapshot: Snapshot): void };
  problemsOf(state: object): { readonly what: string; readonly reason: string | null; readonly since: unknown }[];
  unaccounted(count: number): string;
}

describe('problems of the live page', () => {
  let problems: ProblemsModule;
  before(async () => {
    problems = await pageModule('problems.js');
  });
  const live = { name: 'live', since: AT };
  const told = (snapshots: readonly Snapshot[], feed: object = live): unknown[] => {
    const downTimes = new problems.DownTimes();
    for (const snapshot of snapshots) downTimes.update(snapshot);
    const found = problems.problemsOf({ feed, snapshot: snapshots.at(-1) ?? null, downTimes });
    return found.map(({ what, reason, since }) => [what, reason, since]);
  };
  const processes = (...views: readonly ProcessView[]): object => ({ processes: views });

  it('are none while all is well, and before anything is known', () => {
    assert.deepEqual(told([snapshotAt(0)]), []);
    assert.deepEqual(told([], { name: 'connecting', since: AT }), []);
  });

  it('say since when a process does not answer, and when that may have begun before', () => {
    const what = 'The process at b:1 does not answer';
    const up = snapshotAt(0, processes(runningProcess('b:1')));
    const down = [1, 2].map(second => snapshotAt(second, processes(deadProcess('b:1', 'refused'))));
    assert.deepEqual(told([up, ...down]), [[what, 'refused', { at: AT + 1000, orEarlier: false }]]);
    assert.deepEqual(told(down), [[what, 'refused', { at: AT + 1000, orEarlier: true }]]);
    assert.deepEqual(told([...down, up]), []);
    assert.deepEqual(told([...down, up, ...down]), [[what, 'refused', { at: AT + 1000, orEarlier: false }]]);
  });

  it('tell of a partition that can not be read on, with the reason of the process', () => {
    const reason = "user-1 can't be read on from offset 40: the batch there is compressed with zstd";
    const stuck = { ...runningProcess('b:1'), unreadable: [reason] };
    assert.deepEqual(told([snapshotAt(0, processes(stuck))]), [['A partition is stuck', reason, null]]);
  });

  it('tell of partitions that were added and are not read, with the way out', () => {
    const unread = [{ topic: 'user', partitions: 6, read: 4 }];
    const [problem] = told([snapshotAt(0, { unread })]) as [string, string, null][];
    assert.equal(problem?.[0], 'user has 6 partitions, and only the first 4 are read');
    assert.match(problem?.[1] ?? '', /npm run reset/);
  });

  it('tell of a cluster that does not answer, of a process in ERROR, of a stream that broke', () => {
    const cluster = { up: false, reason: 'no broker', since: AT - 5 };
    assert.deepEqual(told([snapshotAt(0, { cluster })]), [
      ['The Kafka cluster does not answer', 'no broker', { at: AT - 5, orEarlier: false }],
    ]);
    const failed = { ...runningProcess('b:1'), state: 'ERROR' };
    assert.deepEqual(told([snapshotAt(0, processes(failed))]), [['The process at b:1 is in state ERROR', null, null]]);
    assert.deepEqual(told([], { name: 'broken', since: AT }), [
      ['The monitor does not answer', 'this page shows what it last said', { at: AT, orEarlier: false }],
    ]);
  });

  it('tell of records that are unaccounted for, in both directions', () => {
    const of = (unaccounted: number): unknown => told([snapshotAt(0, { audit: auditTotals({ unaccounted }) })])[0];
    assert.deepEqual(of(2), ['Records are unaccounted for', 'more were processed than came out', null]);
    assert.deepEqual(of(-2), ['Records are unaccounted for', 'more came out than were processed', null]);
    assert.equal(problems.unaccounted(0), 'nothing lost, nothing doubled');
    assert.equal(problems.unaccounted(1), '1 record was processed and never came out');
    assert.equal(problems.unaccounted(-3), '3 more came out than were processed');
  });
});
