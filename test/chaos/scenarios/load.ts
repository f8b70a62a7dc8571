import { Input } from '../input.js';
import { UserContent } from '../user-content.js';
import type { Stage } from './scenario.js';

const WINDOW_MS = 5000;
const GRACE_MS = 10_000;

/** Windows of the applications that work under this load, and the partitions of their topics. */
export const LOAD = {
  partitions: 4,
  windowMs: WINDOW_MS,
  graceMs: GRACE_MS,
  environment: { WINDOW_SIZE: `${WINDOW_MS}ms`, WINDOW_GRACE: `${GRACE_MS}ms` },
} as const;

export const DISORDER_MS = 5000;
/** More than the sender is ever delayed: no record may be older than silence has promised. */
export const LEAD_MS = 600_000;

/**
 * Does `work` while the users of the stage are sent, evenly, so many a second; the last windows are closed by records that follow.
 * Resolves when both are done; it is a failure if the work went on for longer.
 */
export async function underLoad(stage: Stage, perSecond: number, work: () => Promise<void>): Promise<void> {
  const { cluster, seed, users } = stage;
  let loadEnded = false;
  const input = new Input({
    brokers: cluster.broker.address,
    plan: { records: users, sendMs: (users / perSecond) * 1000, ending: 'records' },
    content: new UserContent(seed, LOAD.partitions, DISORDER_MS),
    leadMs: LEAD_MS,
  });
  const sending = input.send().finally(() => {
    loadEnded = true;
  });
  const working = work().then(() => {
    if (loadEnded) stage.fail('the load had ended before all was done under it: more --users are needed');
  });
  // One that fails must not leave the other at work.
  const failed = (await Promise.allSettled([working, sending])).find(result => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
