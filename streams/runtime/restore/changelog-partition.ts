import type { RestoreBatch } from '../../../stores/bytes/restore-batch.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { ChangelogCodec } from '../../../stores/encoding/changelog-codec.js';
import { stateKey } from '../../../stores/encoding/state-key.js';
import type { PartitionOffsets } from '../../kafka/ports.js';
import type { ConsumerRecord } from '../../kafka/record.js';
import { TOMBSTONES_KEPT_MS } from '../plan/internal-topics.js';
import type { TaskChangelog } from './changelog-ends.js';

/** An hour less, because a restore takes some time, and the clocks of two machines differ. */
const STALE_AFTER_MS = TOMBSTONES_KEPT_MS - 3_600_000;

/** A store to restore from its changelog. */
export interface ChangelogPartition extends TaskChangelog {
  readonly state: TaskState;
  /** The state key of this task, if the topic has records of other tasks too. */
  readonly onlyKey: string | undefined;
  /**
   * False for a record under `onlyKey` that is not valid: the previous record stays. Called only if `onlyKey` is given.
   */
  readonly isValid: (record: ConsumerRecord) => boolean;
  readonly codec: ChangelogCodec;
}

/** Adds the rows of a record to the batch. False if it has none, or is another task's record in the same topic. */
export function putRows(changelog: ChangelogPartition, record: ConsumerRecord, batch: RestoreBatch): boolean {
  const { onlyKey, isValid, codec } = changelog;
  const { key, value } = record;
  if (onlyKey !== undefined && (key === null || stateKey(key) !== onlyKey || !isValid(record))) return false;
  return codec.decode(key, value, batch);
}

/**
 * Why the rows on disk can't be continued from their offset: the changelog does not have the next records, or its
 * tombstones may be gone. undefined if they can, or if nothing is on disk.
 */
export function unusableBecause(
  changelog: ChangelogPartition,
  offsets: PartitionOffsets,
  now: number,
): string | undefined {
  const { state, store } = changelog;
  const offset = state.changelogOffset(store);
  if (offset === undefined) return undefined;
  return unusablePosition({ offset, asOf: state.asOf(store) ?? now }, hasTombstones(changelog), offsets, now);
}

/** The same for rows up to `offset`, as of `asOf` (see `TaskState.asOf`). */
export function unusablePosition(
  { offset, asOf }: { readonly offset: number; readonly asOf: number },
  hasTombstones: boolean,
  { low, high }: PartitionOffsets,
  now: number,
): string | undefined {
  if (offset < low || offset > high) return `its offset ${offset} is outside ${low} to ${high}`;
  // Nothing was written since, so no tombstone is missed, whatever the age.
  if (offset === high || !hasTombstones) return undefined;
  return now - asOf > STALE_AFTER_MS ? 'it is about a day old or older, and tombstones may be gone since' : undefined;
}

/** The record of a task in the audit topic is never deleted. */
function hasTombstones({ onlyKey, codec }: ChangelogPartition): boolean {
  return onlyKey === undefined && codec.hasTombstones;
}
