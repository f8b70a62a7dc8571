import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 200;

/** Waits until `condition` holds; rejects after `timeoutMs` with what was waited for and what was seen last. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  see: () => Promise<T>,
  condition: (seen: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await see();
    if (condition(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`${what}: not after ${timeoutMs} ms, seen last: ${JSON.stringify(seen)}`);
    await delay(CHECK_EVERY_MS);
  }
}
