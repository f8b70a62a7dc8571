import type { StateDatabase } from '../../stores/bytes/state-database.js';
import type { StateKey } from '../../stores/encoding/state-key.js';

/** Writes in one batch. A value of null deletes the key. */
export async function writeAll(
  database: StateDatabase,
  writes: Iterable<{ readonly key: StateKey; readonly value: Buffer | null }>,
): Promise<void> {
  const batch = database.batch();
  for (const { key, value } of writes) batch.put(key, value);
  await batch.write();
}
