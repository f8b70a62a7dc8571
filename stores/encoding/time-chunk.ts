import { readInt64, writeInt64 } from './int64.js';

/** Limits of a chunk, so that one more entry rewrites little. A chunk with one entry may be larger. */
export const MAX_CHUNK_ENTRIES = 64;
export const MAX_CHUNK_BYTES = 65_536;

/** The first byte of a row that is a chunk. */
export const CHUNK_TAG = 0;
/** Where the first entry is. */
export const CHUNK_START = 1;
/** Bytes before the value of an entry: its time (8 bytes) and its length (4 bytes). */
const ENTRY_HEADER_BYTES = 12;

/** A part of a chunk that became too large. */
export interface ChunkPart {
  readonly chunk: Buffer;
  readonly firstTime: number;
  /** True if this part has the entry that made the chunk too large. */
  readonly hasNew: boolean;
}

export function newChunk(time: number, value: Buffer): Buffer {
  const chunk = Buffer.allocUnsafe(CHUNK_START + ENTRY_HEADER_BYTES + value.length);
  chunk[0] = CHUNK_TAG;
  writeEntry(chunk, CHUNK_START, time, value);
  return chunk;
}

/** True for a chunk with one entry. False for a directory of chunks, too. */
export function hasOneEntry(row: Buffer): boolean {
  return row[0] === CHUNK_TAG && entryEnd(row, CHUNK_START) === row.length;
}

/** The time of the entry at `offset`. */
export function timeAt(chunk: Buffer, offset: number): number {
  return readInt64(chunk, offset);
}

/** The bytes of the entry at `offset`. */
export function valueAt(chunk: Buffer, offset: number): Buffer {
  return chunk.subarray(offset + ENTRY_HEADER_BYTES, entryEnd(chunk, offset));
}

/** The end of the entry at `offset`, where the next entry begins. */
export function entryEnd(chunk: Buffer, offset: number): number {
  return offset + ENTRY_HEADER_BYTES + chunk.readUInt32BE(offset + 8);
}

/** The chunk with one more entry, after the entries of the same time. null if the chunk would be too large. */
export function withEntry(chunk: Buffer, time: number, value: Buffer): Buffer | null {
  if (chunk.length + ENTRY_HEADER_BYTES + value.length > MAX_CHUNK_BYTES) return null;
  let at = chunk.length;
  let entries = 0;
  for (let offset = CHUNK_START; offset < chunk.length; offset = entryEnd(chunk, offset)) {
    entries++;
    if (at === chunk.length && timeAt(chunk, offset) > time) at = offset;
  }
  return entries === MAX_CHUNK_ENTRIES ? null : inserted(chunk, at, time, value);
}

/**
 * The chunk with one more entry that makes it too large, in two parts or more. If the entry comes at the end of the
 * chunk, the chunk stays as it is, so that it is full.
 */
export function partsWithEntry(chunk: Buffer, time: number, value: Buffer): readonly ChunkPart[] {
  let at = CHUNK_START;
  while (at < chunk.length && timeAt(chunk, at) <= time) at = entryEnd(chunk, at);
  if (at === chunk.length) {
    return [
      { chunk, firstTime: timeAt(chunk, CHUNK_START), hasNew: false },
      { chunk: newChunk(time, value), firstTime: time, hasNew: true },
    ];
  }
  const whole = inserted(chunk, at, time, value);
  const parts: ChunkPart[] = [];
  let start = CHUNK_START;
  let entries = 0;
  const cut = (end: number): void => {
    const part = Buffer.allocUnsafe(CHUNK_START + end - start);
    part[0] = CHUNK_TAG;
    whole.copy(part, CHUNK_START, start, end);
    parts.push({ chunk: part, firstTime: timeAt(whole, start), hasNew: start <= at && at < end });
    start = end;
    entries = 0;
  };
  for (let offset = CHUNK_START; offset < whole.length; offset = entryEnd(whole, offset)) {
    const bytes = CHUNK_START + entryEnd(whole, offset) - start;
    if (entries > MAX_CHUNK_ENTRIES / 2 || (entries > 0 && bytes > MAX_CHUNK_BYTES)) cut(offset);
    entries++;
  }
  cut(whole.length);
  return parts;
}

/**
 * The chunk without the entries of `time` whose bytes match. If there are none, the same Buffer. null if no entry is
 * left.
 */
export function withoutEntries(chunk: Buffer, time: number, matches: (value: Buffer) => boolean): Buffer | null {
  const kept: Buffer[] = [];
  let removed = false;
  for (let offset = CHUNK_START; offset < chunk.length; offset = entryEnd(chunk, offset)) {
    if (timeAt(chunk, offset) === time && matches(valueAt(chunk, offset))) removed = true;
    else kept.push(chunk.subarray(offset, entryEnd(chunk, offset)));
  }
  if (!removed) return chunk;
  return kept.length === 0 ? null : Buffer.concat([chunk.subarray(0, CHUNK_START), ...kept]);
}

/** The chunk with an entry in the place of those at its time and at the time `before`. null if it would be too large. */
export function withMovedEntry(chunk: Buffer, before: number, time: number, value: Buffer): Buffer | null {
  const others = withoutEntries(chunk, before, ALL);
  const left = others === null || before === time ? others : withoutEntries(others, time, ALL);
  return left === null ? newChunk(time, value) : withEntry(left, time, value);
}

const ALL = (): boolean => true;

function inserted(chunk: Buffer, at: number, time: number, value: Buffer): Buffer {
  const size = ENTRY_HEADER_BYTES + value.length;
  const result = Buffer.allocUnsafe(chunk.length + size);
  chunk.copy(result, 0, 0, at);
  writeEntry(result, at, time, value);
  chunk.copy(result, at + size, at);
  return result;
}

function writeEntry(chunk: Buffer, offset: number, time: number, value: Buffer): void {
  writeInt64(chunk, time, offset);
  chunk.writeUInt32BE(value.length, offset + 8);
  value.copy(chunk, offset + ENTRY_HEADER_BYTES);
}
