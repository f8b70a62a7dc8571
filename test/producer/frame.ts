import { BrokenInputError } from '../../producer/broken-input-error.js';
import { RecordFramer } from '../../producer/record-framer.js';
import type { SourceRecord } from '../../producer/record-source.js';

export interface Framed {
  readonly values: readonly string[];
  readonly keys: readonly (string | null)[];
  readonly error: BrokenInputError | undefined;
}

/** The records of a text that arrives in chunks of that many bytes. */
export function frame(text: string | Buffer, chunkBytes = Number.POSITIVE_INFINITY): Framed {
  const bytes = Buffer.from(text);
  const framer = new RecordFramer();
  const records: SourceRecord[] = [];
  let error: BrokenInputError | undefined;
  try {
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      framer.push(bytes.subarray(from, from + chunkBytes), records);
    }
    framer.end(records);
  } catch (thrown) {
    if (!(thrown instanceof BrokenInputError)) throw thrown;
    error = thrown;
  }
  return { values: records.map(({ value }) => value.toString()), keys: records.map(({ key }) => key), error };
}
