import type { Logger, RestoreProgress } from '../streams/index.js';

const EVERY_MS = 5000;

/** Tells the log how a restore goes on: of each store when it is there, and every few seconds until then. */
export function restoreLog(logger: Logger, now: () => number): (progress: RestoreProgress) => void {
  const toldAt = new Map<string, number>();
  return ({ taskId, store, records, remaining }) => {
    const of = `task ${taskId}: ${store}`;
    if (remaining === 0) {
      toldAt.delete(of);
      logger.info(`${of} restored, ${records} changelog records replayed`);
      return;
    }
    const last = toldAt.get(of);
    if (last === undefined) toldAt.set(of, now());
    else if (now() - last >= EVERY_MS) {
      toldAt.set(of, now());
      logger.info(`${of} is being restored, ${records} changelog records replayed, ${remaining} offsets to go`);
    }
  };
}
