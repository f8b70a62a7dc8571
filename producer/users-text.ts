import { BrokenInputError, type InputPlace } from './broken-input-error.js';
import { gunzipChunks } from './gunzip-chunks.js';
import { type BadLine, LineFramer } from './line-framer.js';
import { RecordFramer } from './record-framer.js';
import type { RecordBatch, SourceRecord } from './record-source.js';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

interface TextChunk {
  readonly data: Buffer;
  /** Consumed bytes of the input. */
  readonly used: number;
}

/**
 * The users in JSON text, plain or gzip (recognized by its first bytes): an array, or one value a line. A value that is
 * not an object is a record too.
 *
 * @param size of the input in bytes; without it the batches have no fraction
 * @param onBadLine if given, the text is read line by line, and each line that is not one JSON value is passed to it
 * @throws BrokenInputError if the text can't be read any further, after all records before that position
 */
export async function* readUsers(
  chunks: AsyncIterable<Buffer>,
  size?: number,
  onBadLine?: (bad: BadLine) => void,
): AsyncGenerator<RecordBatch> {
  const framer = onBadLine === undefined ? new RecordFramer() : new LineFramer(onBadLine);
  const broken = (error: unknown) =>
    error instanceof BrokenInputError
      ? error
      : new BrokenInputError(`the input breaks off (${messageOf(error)})`, placeOf(framer), { cause: error });
  const fractionOf = (used: number) => (size === undefined || size === 0 ? undefined : Math.min(1, used / size));
  let used = 0;
  const text = textChunks(chunks);
  try {
    for (;;) {
      const records: SourceRecord[] = [];
      let failure: BrokenInputError | undefined;
      let ended = false;
      try {
        const next = await text.next();
        ended = next.done === true;
        if (next.done) {
          framer.end(records);
        } else {
          used = next.value.used;
          framer.push(next.value.data, records);
        }
      } catch (error) {
        failure = broken(error);
      }
      if (records.length > 0) yield { records, fraction: fractionOf(used) };
      if (failure !== undefined) throw failure;
      if (ended) return;
    }
  } finally {
    await text.return(undefined);
  }
}

async function* textChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<TextChunk, undefined> {
  const input = withWholeMagic(chunks);
  const first = await input.next();
  if (first.done) return undefined;
  const all = prepend(first.value, input);
  if (first.value.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* gunzipChunks(all);
    return undefined;
  }
  let used = 0;
  for await (const data of all) {
    used += data.length;
    yield { data, used };
  }
  return undefined;
}

/** The same bytes. The first chunk is long enough for the magic number, unless the whole text is shorter. */
async function* withWholeMagic(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < GZIP_MAGIC.length) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function placeOf({ line, record, bytes }: RecordFramer | LineFramer): InputPlace {
  return { line, record, byte: bytes };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
