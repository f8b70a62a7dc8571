import { open } from 'node:fs/promises';
import type { RecordBatch } from '../record-source.js';

/**
 * Writes the records of `batches` into a file: a JSON array, one record a line. Replaces an existing file.
 *
 * @returns how many records it holds, all of them unless `signal` was aborted
 */
export async function writeUsersFile(
  path: string,
  batches: AsyncIterable<RecordBatch>,
  signal?: AbortSignal,
): Promise<number> {
  const file = await open(path, 'w');
  try {
    let count = 0;
    for await (const { records } of batches) {
      if (signal?.aborted) break;
      const lines = records.map(({ value }, index) => `${count + index === 0 ? '[\n' : ',\n'}${value.toString()}`);
      await file.write(lines.join(''));
      count += records.length;
    }
    await file.write(count === 0 ? '[]\n' : '\n]\n');
    return count;
  } finally {
    await file.close();
  }
}
