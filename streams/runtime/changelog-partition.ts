import { decodeBlock } from '../../stores/changelog-block.js';
import type { RestoreBatch } from '../../stores/restore-batch.js';
import { stateKey } from '../../stores/state-database.js';
import type { TaskState } from '../../stores/task-state.js';
import type { ConsumerRecord, TopicPartition } from '../kafka/record.js';

/** A store to restore from its changelog. */
export interface ChangelogPartition extends TopicPartition {
  readonly taskId: string;
  readonly store: string;
  readonly state: TaskState;
  /** Where a topic has the records of other tasks too: the state key of this task's own. */
  readonly onlyKey: string | undefined;
  /** False for a record under `onlyKey` that is not to be taken: the one before it stays. Only asked where `onlyKey` is given. */
  readonly isValid: (record: ConsumerRecord) => boolean;
  /** Its records are blocks of keys that all have this value; undefined: a record is a row. */
  readonly blocksOf: Buffer | undefined;
}

/** Puts the rows that a record holds; false if it holds none, or is another task's in the same topic. */
export function putRows(changelog: ChangelogPartition, record: ConsumerRecord, batch: RestoreBatch): boolean {
  const { onlyKey, isValid, blocksOf } = changelog;
  const { key, value } = record;
  if (blocksOf !== undefined) {
    if (value === null) return false;
    for (const rowKey of decodeBlock(value)) batch.put(rowKey, blocksOf);
    return true;
  }
  if (key === null) return false;
  const rowKey = stateKey(key);
  if (onlyKey !== undefined && (rowKey !== onlyKey || !isValid(record))) return false;
  batch.put(rowKey, value);
  return true;
}
