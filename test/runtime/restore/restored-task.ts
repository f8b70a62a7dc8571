import { setImmediate as immediate } from 'node:timers/promises';
import { MemoryLevel } from 'memory-level';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { rowRecords } from '../../../stores/encoding/changelog-codec.js';
import type { Consumer, Producer } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { ChangelogEnds } from '../../../streams/runtime/restore/changelog-ends.js';
import type { ChangelogPartition } from '../../../streams/runtime/restore/changelog-partition.js';
import { ChangelogReader, type RestoreProgress } from '../../../streams/runtime/restore/changelog-reader.js';
import type { InMemoryLog, LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';

/** The clock of the readers. */
export const NOW = 1_700_000_000_000;

/** The task 0_0, whose stores `rows`, `more` and `audit` are restored from changelogs. */
export class RestoredTask {
  readonly state: TaskState;
  readonly progress: RestoreProgress[] = [];
  readonly warnings: string[] = [];

  private constructor(state: TaskState) {
    this.state = state;
  }

  static async create(): Promise<RestoredTask> {
    return new RestoredTask(await newState());
  }

  newReader(
    consumer: Consumer,
    producer: Pick<Producer, 'partitionOffsets'>,
    onProgress = (one: RestoreProgress): void => void this.progress.push(one),
  ): ChangelogReader {
    const logger = { debug() {}, info() {}, warn: (text: string) => void this.warnings.push(text), error() {} };
    const ends = new ChangelogEnds(producer);
    return new ChangelogReader({ consumer, ends, clock: new ManualClock(NOW), logger, onProgress });
  }

  /** Of the store `rows`, in the first partition of the topic `log`. */
  changelog(more: Partial<ChangelogPartition> = {}): ChangelogPartition {
    return {
      topic: 'log',
      partition: 0,
      taskId: '0_0',
      store: 'rows',
      state: this.state,
      onlyKey: undefined,
      isValid: () => true,
      codec: rowRecords,
      ...more,
    };
  }

  async restore(consumer: Consumer, ...changelogs: ChangelogPartition[]): Promise<void> {
    await this.restoreFrom(consumer, consumer, ...changelogs);
  }

  async restoreFrom(
    consumer: Consumer,
    producer: Pick<Producer, 'partitionOffsets'>,
    ...changelogs: ChangelogPartition[]
  ): Promise<void> {
    const reader = this.newReader(consumer, producer);
    await reader.restore(changelogs);
    try {
      while (changelogs.some(({ taskId }) => reader.isRestoring(taskId))) await immediate();
    } finally {
      await reader.close();
    }
  }

  read(key: string, store = 'rows', from = this.state): string | undefined {
    return from.store(store).get(key)?.toString();
  }
}

export async function newState(): Promise<TaskState> {
  const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
  const options = { now: NOW, cleanCacheBytes: 0, discard: async () => {} };
  return await TaskState.open(level, ['rows', 'more', 'audit'], options);
}

export function append(log: InMemoryLog, key: string, value: string, transaction?: LogTransaction): void {
  log.append({ key: Buffer.from(key), value: Buffer.from(value), timestamp: 0, headers: NO_HEADERS }, transaction);
}
