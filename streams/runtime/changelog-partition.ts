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
  /** Its records are blocks of keys that all have this value; undefined: a record is a row. */
  readonly blocksOf: Buffer | undefined;
}

/** False for records of other tasks in the same topic, and for what holds no row. */
export function isRecordOf({ onlyKey, blocksOf }: ChangelogPartition, { key, value }: ConsumerRecord): boolean {
  if (blocksOf !== undefined) return value !== null;
  return key !== null && (onlyKey === undefined || onlyKey === stateKey(key));
}

/** The rows that a record of the changelog holds. */
export function putRows(batch: RestoreBatch, { key, value }: ConsumerRecord, { blocksOf }: ChangelogPartition): void {
  if (blocksOf === undefined) {
    if (key !== null) batch.put(stateKey(key), value);
  } else if (value !== null) {
    for (const rowKey of decodeBlock(value)) batch.put(rowKey, blocksOf);
  }
}
