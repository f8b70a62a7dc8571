import { readInt64, writeInt64 } from './int64.js';

/** The first byte of a row that is a directory. */
const DIRECTORY_TAG = 1;
const START = 1;
/** The time at which a chunk begins (8 bytes), and its number (4 bytes). */
const ENTRY_BYTES = 12;

/**
 * A chunk of a directory. It has the entries from the time `begins` to the begin of the next chunk. Entries of one time
 * may be in two chunks.
 */
export interface ListedChunk {
  readonly begins: number;
  readonly id: number;
}

/** The chunks of a key in a bucket, in the order of their times. A key with one chunk has no directory. */
export function newDirectory(chunks: readonly ListedChunk[]): Buffer {
  const directory = Buffer.allocUnsafe(START + chunks.length * ENTRY_BYTES);
  directory[0] = DIRECTORY_TAG;
  for (const [index, { begins, id }] of chunks.entries()) {
    writeInt64(directory, begins, START + index * ENTRY_BYTES);
    directory.writeUInt32BE(id, START + index * ENTRY_BYTES + 8);
  }
  return directory;
}

export function isDirectory(row: Buffer): boolean {
  return row[0] === DIRECTORY_TAG;
}

export function chunkCount(directory: Buffer): number {
  return (directory.length - START) / ENTRY_BYTES;
}

export function chunkBegins(directory: Buffer, index: number): number {
  return readInt64(directory, START + index * ENTRY_BYTES);
}

export function chunkId(directory: Buffer, index: number): number {
  return directory.readUInt32BE(START + index * ENTRY_BYTES + 8);
}

/** A number that no chunk of the directory has. */
export function unusedId(directory: Buffer): number {
  let greatest = 0;
  for (let index = 0; index < chunkCount(directory); index++) {
    const id = chunkId(directory, index);
    if (id > greatest) greatest = id;
  }
  return greatest + 1;
}

/** The index of the last chunk that begins at `time` or before. 0 if there is none. */
export function lastChunkAt(directory: Buffer, time: number): number {
  // Times are whole milliseconds.
  return lastChunkBefore(directory, time + 1);
}

/**
 * The index of the last chunk that begins before `time`. It is the first chunk that may have an entry of `time`. 0 if
 * there is none.
 */
export function lastChunkBefore(directory: Buffer, time: number): number {
  let low = 0;
  let high = chunkCount(directory);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunkBegins(directory, middle) < time) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The directory with `chunks` in the place of the chunk at `index`. */
export function withChunks(directory: Buffer, index: number, chunks: readonly ListedChunk[]): Buffer {
  const at = START + index * ENTRY_BYTES;
  const added = newDirectory(chunks).subarray(START);
  return Buffer.concat([directory.subarray(0, at), added, directory.subarray(at + ENTRY_BYTES)]);
}
