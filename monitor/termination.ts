import type { Logger } from 'tributary/kafka';

/** A call to a cluster that is away takes up to ten seconds; nothing of it is worth waiting for longer. */
const DEADLINE_MS = 2000;

/** Runs `close` on SIGTERM or SIGINT, once. The monitor holds nothing that could be lost: the process ends soon, whatever hangs. */
export function onTermination(process: NodeJS.Process, logger: Logger, close: () => Promise<void>): void {
  let closing = false;
  const terminate = (signal: NodeJS.Signals): void => {
    if (closing) return;
    closing = true;
    logger.info(`${signal}: closing`);
    setTimeout(() => process.exit(0), DEADLINE_MS).unref();
    // What fails is told by whoever waits for the monitor to stop.
    close().catch(() => {});
  };
  process.on('SIGTERM', terminate);
  process.on('SIGINT', terminate);
}
