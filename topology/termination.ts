import type { Logger } from 'tributary';

/** How long a clean end may take before the process ends without it. */
const DEADLINE_MS = 9000;

/**
 * Runs `close` on SIGTERM or SIGINT, or other `signals`, once. If it has not ended in time the process is killed: what was not committed is processed
 * again by the next one.
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
      // Not `exit`: that would wait for the native client, whatever it waits for.
      process.kill(process.pid, 'SIGKILL');
    }, DEADLINE_MS).unref();
    // What fails is told by whoever waits for the application to stop.
    close().catch(() => {});
  };
  for (const signal of signals) process.on(signal, terminate);
}
