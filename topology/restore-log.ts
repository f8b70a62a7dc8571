import type { Logger, RestoreProgress } from 'tributary';

const EVERY_MS = 5000;

export interface RestoreLog {
  progressed(progress: RestoreProgress): void;
  /** All tasks run. Logs in one line what was restored since the last time, if anything was. */
  allRunning(): void;
}

/**
 * Logs the progress of a restore: each store every few seconds until it is restored, and all stores together at the
 * end.
 */
export function restoreLog(logger: Logger, now: () => number): RestoreLog {
  const loggedAt = new Map<string, number>();
  const restored = new Map<string, RestoreProgress>();
  return {
    progressed(progress) {
      const { taskId, store, records, remaining } = progress;
      const of = `task ${taskId}: ${store}`;
      if (remaining === 0) {
        loggedAt.delete(of);
        restored.set(of, progress);
        logger.debug(`${of} restored, ${records} changelog records replayed`);
        return;
      }
      const last = loggedAt.get(of);
      if (last === undefined) loggedAt.set(of, now());
      else if (now() - last >= EVERY_MS) {
        loggedAt.set(of, now());
        logger.info(`${of} is being restored, ${records} changelog records replayed, ${remaining} offsets to go`);
      }
    },
    allRunning() {
      if (restored.size > 0) logger.info(summary([...restored.values()]));
      restored.clear();
    },
  };
}

function summary(stores: readonly RestoreProgress[]): string {
  const tasks = new Set(stores.map(({ taskId }) => taskId)).size;
  const total = stores.reduce((sum, { records }) => sum + records, 0);
  const replayed = stores
    .filter(({ records }) => records > 0)
    .map(({ taskId, store, records }) => `${taskId} ${store} ${records}`);
  const each = replayed.length === 0 ? '' : `: ${replayed.join(', ')}`;
  return `restored ${counted(stores.length, 'store')} of ${counted(tasks, 'task')}, ${counted(total, 'changelog record')} replayed${each}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
