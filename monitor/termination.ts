import type { Logger } from 'tributary/kafka';

/** A call to a cluster that is away takes up to ten seconds. Nothing in it is worth a longer wait. */
const DEADLINE_MS = 2000;

/**
 * Runs `close` on SIGTERM or SIGINT, once. The monitor has nothing to lose, so the process ends soon, even if something
 * hangs.
 */
export function onTermination(process: NodeJS.Process, logger: Logger, close: () => Promise<void>): void {
  let closing = false;
  const terminate = (signal: NodeJS.Signals): void => {
    if (closing) return;
    closing = true;
    logger.info(`${signal}: closing`);
    setTimeout(() => process.exit(0), DEADLINE_MS).unref();
    // The code that waits for the monitor to stop reports its error.
    close().catch(() => {});
  };
  process.on('SIGTERM', terminate);
  process.on('SIGINT', terminate);
}
