import type { Logger } from 'tributary';
import { closeOnSignal } from '../command/close-on-signal.js';

/** How long an orderly end may take before the process is killed. */
const DEADLINE_MS = 9000;

/**
 * Runs `close` on SIGTERM or SIGINT, or on other `signals`, once. If it does not end in time, the process is killed.
 * The next process processes again what was not committed.
 */
export function onTermination(
  process: NodeJS.Process,
  logger: Logger,
  close: () => Promise<void>,
  signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'],
): void {
  closeOnSignal(process, logger, {
    signals,
    close,
    deadlineMs: DEADLINE_MS,
    end: () => {
      logger.error(`not closed after ${DEADLINE_MS} ms`);
      // Not `exit`: that would wait for the native client, whatever the client waits for.
      process.kill(process.pid, 'SIGKILL');
    },
  });
}
