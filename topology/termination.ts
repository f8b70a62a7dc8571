import type { Logger } from 'tributary';

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
  let closing = false;
  const terminate = (signal: NodeJS.Signals): void => {
    if (closing) return;
    closing = true;
    logger.info(`${signal}: closing`);
    setTimeout(() => {
      logger.error(`not closed after ${DEADLINE_MS} ms`);
      // Not `exit`: that would wait for the native client, whatever the client waits for.
      process.kill(process.pid, 'SIGKILL');
    }, DEADLINE_MS).unref();
    // The code that waits for the application to stop reports its error.
    close().catch(() => {});
  };
  for (const signal of signals) process.on(signal, terminate);
}
