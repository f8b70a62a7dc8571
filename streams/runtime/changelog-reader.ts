import { decodeBlock } from '../../stores/changelog-block.js';
import { type StateWrite, stateKey } from '../../stores/state-database.js';
import type { TaskState } from '../../stores/task-state.js';
import type { Consumer } from '../kafka/ports.js';
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

/** What is on disk does not fit the changelog: it has to be rebuilt from the beginning. */
export class TaskCorruptedError extends Error {
  readonly taskId: string;

  constructor(taskId: string, reason: string) {
    super(`state of task ${taskId}: ${reason}`);
    this.name = 'TaskCorruptedError';
    this.taskId = taskId;
  }
}

export interface RestoreProgress {
  readonly taskId: string;
  readonly store: string;
  /** Records of this batch, and of all since it began. */
  readonly batch: number;
  readonly records: number;
  /** Offsets that are still to be read. */
  readonly remaining: number;
}

interface Restoring extends ChangelogPartition {
  position: number;
  readonly target: number;
  records: number;
}

const MAX_POLL_RECORDS = 10_000;

/**
 * Brings stores up to the end of their changelogs (Java: `StoreChangelogReader`). The group's committed offsets must have been
 * fetched before: they are stable, so what was committed with them is below the high watermark that is taken here.
 */
export async function restoreChangelogs(
  changelogs: readonly ChangelogPartition[],
  consumer: Consumer,
  now: () => number,
  onProgress: (progress: RestoreProgress) => void,
): Promise<void> {
  const restoring = new Map<string, Restoring[]>();
  for (const changelog of changelogs) {
    const { low, high } = await consumer.watermarks(changelog);
    const stored = changelog.state.changelogOffset(changelog.store);
    if (stored !== undefined && (stored < low || stored > high)) {
      const { topic, partition, taskId } = changelog;
      throw new TaskCorruptedError(taskId, `its offset ${stored} is outside ${topic}-${partition}, ${low} to ${high}`);
    }
    const position = stored ?? low;
    if (position >= high) {
      // There is nothing to read, and that is worth knowing at the next start.
      if (stored === undefined) await changelog.state.restore(changelog.store, [], position, now());
      onProgress({ taskId: changelog.taskId, store: changelog.store, batch: 0, records: 0, remaining: 0 });
      continue;
    }
    const id = `${changelog.topic}-${changelog.partition}`;
    restoring.set(id, [...(restoring.get(id) ?? []), { ...changelog, position, target: high, records: 0 }]);
  }
  if (restoring.size === 0) return;
  consumer.assign(
    [...restoring.values()].flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [
            {
              topic: first.topic,
              partition: first.partition,
              offset: Math.min(first.position, ...others.map(o => o.position)),
            },
          ],
    ),
  );
  try {
    while (restoring.size > 0) {
      await applyBatch(consumer, restoring, now, onProgress);
    }
  } finally {
    consumer.unassign();
  }
}

function addWrites(batch: StateWrite[], { key, value }: ConsumerRecord, changelog: ChangelogPartition): void {
  if (changelog.blocksOf !== undefined) {
    if (value !== null) for (const write of decodeBlock(value, changelog.blocksOf)) batch.push(write);
  } else if (key !== null) {
    const row = stateKey(key);
    if (changelog.onlyKey === undefined || changelog.onlyKey === row) batch.push({ key: row, value });
  }
}

async function applyBatch(
  consumer: Consumer,
  restoring: Map<string, Restoring[]>,
  now: () => number,
  onProgress: (progress: RestoreProgress) => void,
): Promise<void> {
  const batches = new Map<Restoring, StateWrite[]>();
  const { records, ends } = await consumer.poll(MAX_POLL_RECORDS);
  for (const record of records) {
    for (const changelog of restoring.get(`${record.topic}-${record.partition}`) ?? []) {
      if (record.offset < changelog.position) continue;
      changelog.position = record.offset + 1;
      const batch = batches.get(changelog) ?? [];
      batches.set(changelog, batch);
      const before = batch.length;
      addWrites(batch, record, changelog);
      changelog.records += batch.length - before;
    }
  }
  for (const [id, all] of restoring) {
    const left: Restoring[] = [];
    for (const changelog of all) {
      // Neither markers at the end nor what compaction took ever come as records: the end reached tells of them.
      const end = ends.find(({ topic, partition }) => topic === changelog.topic && partition === changelog.partition);
      if (end !== undefined && end.offset > changelog.position) changelog.position = end.offset;
      const done = changelog.position >= changelog.target;
      const batch = batches.get(changelog);
      if (batch !== undefined || done) {
        await changelog.state.restore(changelog.store, batch ?? [], changelog.position, now());
        const { taskId, store, records } = changelog;
        onProgress({
          taskId,
          store,
          batch: batch?.length ?? 0,
          records,
          remaining: Math.max(0, changelog.target - changelog.position),
        });
      }
      if (!done) left.push(changelog);
    }
    if (left.length === 0) restoring.delete(id);
    else restoring.set(id, left);
  }
}
