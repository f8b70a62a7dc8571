/**
 * npm forwards the signal of Ctrl-C, which the terminal has already sent to the whole process group. Two signals within
 * this time count as one.
 */
const SAME_SIGNAL_MS = 500;

/** Aborts `stop` on SIGTERM or SIGINT. Another signal after that ends the process at once. */
export function stopOnSignal(process: NodeJS.Process, stop: AbortController): void {
  const terminate = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    const forget = (): void => {
      process.off('SIGINT', terminate);
      process.off('SIGTERM', terminate);
    };
    setTimeout(forget, SAME_SIGNAL_MS).unref();
  };
  process.on('SIGINT', terminate);
  process.on('SIGTERM', terminate);
}
