import type { Logger } from 'tributary/kafka';

export interface Closing {
  readonly signals: readonly NodeJS.Signals[];
  /** Errors are ignored: the code that waits for the end reports them. */
  readonly close: () => Promise<void>;
  /** How long an orderly end may take. */
  readonly deadlineMs: number;
  /** Ends the process at once. */
  readonly end: () => void;
}

/** Runs `close` at the first of the signals, and `end` if the process still runs after the deadline. */
export function closeOnSignal(
  process: NodeJS.Process,
  logger: Logger,
  { signals, close, deadlineMs, end }: Closing,
): void {
  let closing = false;
  const terminate = (signal: NodeJS.Signals): void => {
    if (closing) return;
    closing = true;
    logger.info(`${signal}: closing`);
    setTimeout(end, deadlineMs).unref();
    close().catch(() => {});
  };
  for (const signal of signals) process.on(signal, terminate);
}
