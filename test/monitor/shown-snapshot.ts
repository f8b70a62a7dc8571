import type { Snapshot } from '../../monitor/snapshot.js';

/** A snapshot of an application of which nothing is known yet. */
export const SNAPSHOT: Snapshot = {
  at: 1,
  applicationId: 'users',
  cluster: { up: true, reason: null, since: 0 },
  audit: null,
  lag: [],
  unread: [],
  window: null,
  closed: null,
  distinctUsers: [],
  processes: [],
  rejected: [],
  nodes: {},
};
