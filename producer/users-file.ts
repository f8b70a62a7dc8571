import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { BadLine } from './line-framer.js';
import type { RecordBatch } from './record-source.js';
import { readUsers } from './users-text.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * The users in a file of any size (see `readUsers`). It checks at once that the file can be read. It opens the file
 * when the first batch is requested, and closes it after the last one. An aborted `signal` ends it early, without an
 * error.
 *
 * @throws Error of the file system if the file can't be read
 */
export async function usersOfFile(
  path: string,
  signal?: AbortSignal,
  onBadLine?: (bad: BadLine) => void,
): Promise<AsyncGenerator<RecordBatch>> {
  await access(path, constants.R_OK);
  const file = await stat(path);
  if (file.isDirectory()) throw new Error(`EISDIR: ${path} is a directory`);
  // A pipe or a device has no size.
  return readUsers(fileChunks(path, signal), file.isFile() ? file.size : undefined, onBadLine);
}

/** The users of a stream, for example standard input. It ends early if `signal` is aborted. */
export function usersOfStream(
  stream: Readable,
  signal?: AbortSignal,
  onBadLine?: (bad: BadLine) => void,
): AsyncGenerator<RecordBatch> {
  return readUsers(streamChunks(stream, signal), undefined, onBadLine);
}

async function* fileChunks(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  yield* streamChunks(createReadStream(path, { highWaterMark: CHUNK_BYTES }), signal);
}

async function* streamChunks(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal !== undefined) addAbortSignal(signal, stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
