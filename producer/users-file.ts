import { type FileHandle, open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { RecordBatch } from './record-source.js';
import { readUsers } from './users-text.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * The users in a file of any size (see `readUsers`). It is opened at once, read as the batches are iterated, and closed
 * after that. An aborted `signal` ends it early, without an error.
 *
 * @throws Error of the file system when the file can't be opened
 */
export async function openUsersFile(path: string, signal?: AbortSignal): Promise<AsyncGenerator<RecordBatch>> {
  const file = await open(path);
  const stat = await file.stat();
  if (stat.isDirectory()) {
    await file.close();
    throw new Error(`EISDIR: ${path} is a directory`);
  }
  // A pipe or a device has no size.
  return readUsers(fileChunks(file, signal), stat.isFile() ? stat.size : undefined);
}

/** The users that arrive on a stream, standard input for example; it ends early when `signal` is aborted. */
export function usersOfStream(stream: Readable, signal?: AbortSignal): AsyncGenerator<RecordBatch> {
  return readUsers(streamChunks(stream, signal));
}

async function* fileChunks(file: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  yield* streamChunks(file.createReadStream({ highWaterMark: CHUNK_BYTES }), signal);
}

async function* streamChunks(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal !== undefined) addAbortSignal(signal, stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
