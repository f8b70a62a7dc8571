import type { Logger } from 'tributary/kafka';
import { closeOnSignal } from '../command/close-on-signal.js';

/** A call to a cluster that is away takes up to ten seconds. Nothing in it is worth a longer wait. */
const DEADLINE_MS = 2000;

/**
 * Runs `close` on SIGTERM or SIGINT, once. The monitor has nothing to lose, so the process ends soon, even if something
 * hangs.
 */
export function onTermination(process: NodeJS.Process, logger: Logger, close: () => Promise<void>): void {
  closeOnSignal(process, logger, {
    signals: ['SIGTERM', 'SIGINT'],
    close,
    deadlineMs: DEADLINE_MS,
    end: () => process.exit(0),
  });
}
