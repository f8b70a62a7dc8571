import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { BadLine } from './line-framer.js';
import type { RecordBatch } from './record-source.js';
import { readUsers } from './users-text.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * The users in a file of any size (see `readUsers`). That it can be read is checked at once; it is opened when the first batch is
 * asked for, and closed after the last one. An aborted `signal` ends it early, without an error.
 *
 * @throws Error of the file system when the file can't be read
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

/** The users that arrive on a stream, standard input for example; it ends early when `signal` is aborted. */
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
