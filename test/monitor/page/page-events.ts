import type {
  AuditTotals,
  ClosedWindow,
  HistoryEvent,
  ProcessView,
  RejectedUser,
  Snapshot,
  WindowTable,
} from '../../../monitor/snapshot.js';

/** The time of all that is played to the page. */
export const AT = Date.UTC(2026, 4, 6, 12, 0, 30);
const WINDOW = { windowStart: AT - 30_000, windowEnd: AT + 30_000 };

export function auditTotals(totals: Partial<AuditTotals> = {}): AuditTotals {
  return { produced: 12_345, cleaned: 11_000, rejected: 345, late: 7, lag: 1000, unaccounted: 0, ...totals };
}

export function windowTable(...countries: readonly (readonly [string, number])[]): WindowTable {
  const users = countries.reduce((sum, [, count]) => sum + count, 0);
  return {
    ...WINDOW,
    users,
    distinctUsers: users,
    countries: countries.map(([country, count]) => ({ country, count })),
  };
}

export function closedWindow(most: readonly string[], least: readonly string[]): ClosedWindow {
  return {
    windowStart: WINDOW.windowStart - 60_000,
    windowEnd: WINDOW.windowStart,
    users: 500,
    distinctUsers: 490,
    mostRepresented: { countries: most, count: 40 },
    leastRepresented: { countries: least, count: 1 },
  };
}

export function runningProcess(host: string, ...tasks: ProcessView['tasks']): ProcessView {
  return { host, instance: `instance-of-${host}`, up: true, reason: null, state: 'RUNNING', tasks, unreadable: [] };
}

export function deadProcess(host: string, reason: string): ProcessView {
  return { host, instance: null, up: false, reason, state: null, tasks: [], unreadable: [] };
}

/** A user that was rejected at `AT`, from offset 42 of partition 3 of `user`, but for what is given otherwise. */
export function rejectedUser(told: Partial<RejectedUser> = {}): RejectedUser {
  return {
    partition: 0,
    offset: 0,
    at: AT,
    reason: 'country: missing',
    value: '{"email":"ada@example.org"}',
    source: { topic: 'user', partition: 3, offset: 42, timestamp: null },
    ...told,
  };
}

/** A snapshot `seconds` after `AT`: of an application that runs, but for what is given otherwise. */
export function snapshotAt(seconds: number, told: Partial<Snapshot> = {}): Snapshot {
  return {
    at: AT + seconds * 1000,
    applicationId: 'users',
    cluster: { up: true, reason: null, since: AT - 600_000 },
    audit: auditTotals(),
    lag: [
      { topic: 'user', partition: 0, end: 6200, committed: 5200, lag: 1000 },
      { topic: 'user', partition: 1, end: 6145, committed: 6145, lag: 0 },
      { topic: 'users-by-country-repartition', partition: 0, end: 12, committed: -1, lag: 12 },
    ],
    unread: [],
    window: windowTable(['China', 50], ['Brazil', 30], ['Chile', 20]),
    closed: closedWindow(['China'], ['Fiji', 'Malta']),
    distinctUsers: [0, 1, 2].map(index => ({ windowStart: AT - 150_000 + index * 60_000, distinctUsers: 90 + index })),
    processes: [
      runningProcess(
        '10.0.0.1:8081',
        { id: '0_0', state: 'RUNNING', streamTime: AT, processed: 5200, late: 7, restored: 1 },
        { id: '0_1', state: 'RESTORING', streamTime: -1, processed: 0, late: 0, restored: 0.257 },
      ),
    ],
    rejected: [rejectedUser()],
    nodes: {},
    ...told,
  };
}

/** Before `AT`: as many samples, a second apart, of 100 records a second in and 90 out. */
export function steadyHistory(samples: number): HistoryEvent {
  const seconds = Array.from({ length: samples }, (_none, index) => index - samples);
  return {
    at: seconds.map(second => AT + second * 1000),
    produced: seconds.map(second => 10_000 + second * 100),
    processed: seconds.map(second => 9000 + second * 90),
    lag: seconds.map(second => 1000 + second * 10),
  };
}

/** Before the first record: nothing is there, not even a topic. */
export function emptySnapshot(seconds: number): Snapshot {
  const nothing = { audit: null, lag: [], window: null, closed: null, distinctUsers: [], processes: [], nodes: {} };
  return snapshotAt(seconds, { ...nothing, rejected: [] });
}
