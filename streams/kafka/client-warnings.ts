import type { Logger } from './logger.js';

const REPEAT_AFTER_MS = 10_000;

/**
 * Where a client's own events are logged. One that can't reach its brokers says the same hundreds of times: what was said within the
 * last ten seconds is counted, and told with the next one.
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
    // A message may tell of an address or an offset: old ones must not pile up.
    for (const [text, { at }] of said) if (now() - at >= REPEAT_AFTER_MS) said.delete(text);
    said.set(message, { at: now(), unsaid: 0 });
    logger.warn(`${client}: ${message}${again}`);
  };
}
