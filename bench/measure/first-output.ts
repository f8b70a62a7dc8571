import { setTimeout as delay } from 'node:timers/promises';
import { OffsetReader } from './offset-reader.js';

const LOOK_EVERY_MS = 50;

/**
 * Resolves with the time (`performance.now()`) at which a read_committed consumer can read the first output, to within
 * 50 ms; undefined if `signal` is aborted before.
 */
export async function firstOutput(
  address: string,
  outputs: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const offsets = new OffsetReader(address, 'first-output', 'read_committed');
  await offsets.connect();
  try {
    const partitions = await offsets.partitions(outputs);
    while (!signal.aborted) {
      const at = performance.now();
      const ends = await offsets.ends(partitions);
      if (ends.some(({ offset }) => offset > 0)) return at;
      await delay(LOOK_EVERY_MS);
    }
    return undefined;
  } finally {
    await offsets.close();
  }
}
