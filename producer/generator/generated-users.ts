import type { RecordBatch, SourceRecord } from '../record-source.js';
import { userKey } from '../user-key.js';
import { UserGenerator } from './user-generator.js';

const BATCH = 500;

/** `count` users of a `UserGenerator` as a source of records. */
export async function* generatedUsers(count: number, seed: number): AsyncGenerator<RecordBatch> {
  const generator = new UserGenerator(seed);
  for (let sent = 0; sent < count; ) {
    const records: SourceRecord[] = [];
    while (records.length < BATCH && sent < count) {
      const { user } = generator.next();
      records.push({ key: userKey(user.email), value: Buffer.from(JSON.stringify(user)) });
      sent += 1;
    }
    yield { records, fraction: sent / count };
  }
}
