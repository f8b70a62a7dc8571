import type { Checkpoint } from 'tributary/audit';
import type { UsersTopics } from '../command/users-topics.js';
import { processedBy } from './audit-totals.js';

/**
 * Milliseconds from the timestamp of the newest record of a commit until now. undefined if the commit processed no
 * record. 0 for timestamps ahead of the clock.
 *
 * @param before the task's previous checkpoint
 */
export function endToEndLatency(
  record: Checkpoint,
  before: Checkpoint | undefined,
  topics: UsersTopics,
  now: number,
): number | undefined {
  const processed = processedBy(record, topics) - (before === undefined ? 0 : processedBy(before, topics));
  if (processed <= 0 || record.streamTime < 0) return undefined;
  return Math.max(0, now - record.streamTime);
}
