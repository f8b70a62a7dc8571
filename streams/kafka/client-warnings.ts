import type { Logger } from './logger.js';

const REPEAT_AFTER_MS = 10_000;

/**
 * Logs the events of clients. A client that can't reach its brokers repeats the same event hundreds of times.
 * Repetitions within ten seconds are counted, and the count is logged with the next one.
 */
export function clientWarnings(
  client: string,
  logger: Logger,
  now: () => number = () => performance.now(),
): (message: string) => void {
  const said = new Map<string, { at: number; unsaid: number }>();
  return message => {
    const before = said.get(message);
    if (before !== undefined && now() - before.at < REPEAT_AFTER_MS) {
      before.unsaid++;
      return;
    }
    const again = before === undefined || before.unsaid === 0 ? '' : ` (${before.unsaid} times more since)`;
    // A message may contain an address or an offset, so old messages must not accumulate.
    for (const [text, { at }] of said) if (now() - at >= REPEAT_AFTER_MS) said.delete(text);
    said.set(message, { at: now(), unsaid: 0 });
    logger.warn(`${client}: ${message}${again}`);
  };
}
