import type { Entry } from '../bytes/entry-scan.js';
import { chunkCount, chunkId, isDirectory } from '../encoding/chunk-directory.js';
import type { StateKey } from '../encoding/state-key.js';
import { type BucketRows, FIRST } from './bucket-rows.js';

/** The chunks of a key in a bucket, in the order of their times. */
export interface KeyInBucket {
  readonly bucket: number;
  readonly key: StateKey;
  readonly chunks: readonly Buffer[];
}

/**
 * Puts the rows of a scan together: the chunks of each key in each bucket. So they are as of the beginning of the scan.
 * The keys come in the order of the rows.
 *
 * A row ends with the number of its chunk. So rows of keys that begin alike may lie between the chunks of a key.
 */
export async function* keysInBuckets(
  scan: AsyncGenerator<Entry>,
  rows: BucketRows,
  reverse: boolean,
): AsyncGenerator<KeyInBucket> {
  const reader = reverse ? new ReverseReader(scan, rows) : new ForwardReader(scan, rows);
  try {
    for (let next = await reader.next(); next !== undefined; next = await reader.next()) yield next;
  } finally {
    await scan.return(undefined);
  }
}

/** Reads the directory of a key before its chunks. */
class ForwardReader {
  readonly #scan: AsyncGenerator<Entry>;
  readonly #rows: BucketRows;
  /** Rows that were read before those of another key were complete. */
  #ahead: Entry[] = [];

  constructor(scan: AsyncGenerator<Entry>, rows: BucketRows) {
    this.#scan = scan;
    this.#rows = rows;
  }

  async next(): Promise<KeyInBucket | undefined> {
    for (;;) {
      const row = this.#ahead.shift() ?? (await readNext(this.#scan));
      if (row === undefined) return undefined;
      const { bucket, key, id } = this.#rows.placeOf(row[0]);
      if (id !== FIRST) continue;
      if (!isDirectory(row[1])) return { bucket, key, chunks: [row[1]] };
      const listed = listedRows(this.#rows, bucket, key, row[1]);
      return { bucket, key, chunks: chunksOf(this.#rows, bucket, key, listed, await this.#read(listed)) };
    }
  }

  /** The rows of these keys that the scan has. */
  async #read(listed: ReadonlyMap<StateKey, number>): Promise<ReadonlyMap<StateKey, Buffer>> {
    const found = new Map(this.#ahead.filter(([row]) => listed.has(row)));
    this.#ahead = this.#ahead.filter(([row]) => !listed.has(row));
    let last = '';
    for (const row of listed.keys()) if (row > last) last = row;
    while (found.size < listed.size) {
      const row = await readNext(this.#scan);
      if (row === undefined) break;
      if (listed.has(row[0])) found.set(row[0], row[1]);
      else this.#ahead.push(row);
      if (row[0] >= last) break;
    }
    return found;
  }
}

/** Reads the chunks of a key before its directory. */
class ReverseReader {
  readonly #scan: AsyncGenerator<Entry>;
  readonly #rows: BucketRows;
  /** Chunks whose directory has not been read. */
  readonly #chunks = new Map<StateKey, Buffer>();

  constructor(scan: AsyncGenerator<Entry>, rows: BucketRows) {
    this.#scan = scan;
    this.#rows = rows;
  }

  async next(): Promise<KeyInBucket | undefined> {
    for (;;) {
      const row = await readNext(this.#scan);
      if (row === undefined) return undefined;
      const { bucket, key, id } = this.#rows.placeOf(row[0]);
      if (id !== FIRST) {
        this.#chunks.set(row[0], row[1]);
        continue;
      }
      if (!isDirectory(row[1])) return { bucket, key, chunks: [row[1]] };
      const listed = listedRows(this.#rows, bucket, key, row[1]);
      const chunks = chunksOf(this.#rows, bucket, key, listed, this.#chunks);
      for (const chunk of listed.keys()) this.#chunks.delete(chunk);
      return { bucket, key, chunks };
    }
  }
}

async function readNext(scan: AsyncGenerator<Entry>): Promise<Entry | undefined> {
  const { done, value } = await scan.next();
  return done ? undefined : value;
}

/** The chunks that a directory lists, in their order: the key of the row, and the number. */
function listedRows(rows: BucketRows, bucket: number, key: StateKey, directory: Buffer): Map<StateKey, number> {
  const listed = new Map<StateKey, number>();
  for (let index = 0; index < chunkCount(directory); index++) {
    const id = chunkId(directory, index);
    listed.set(rows.rowOf(bucket, key, id), id);
  }
  return listed;
}

/**
 * A chunk is read by itself if the range of keys that was scanned does not have it. Retention may have removed it from
 * the changelog.
 */
function chunksOf(
  rows: BucketRows,
  bucket: number,
  key: StateKey,
  listed: ReadonlyMap<StateKey, number>,
  scanned: ReadonlyMap<StateKey, Buffer>,
): Buffer[] {
  const chunks: Buffer[] = [];
  for (const [row, id] of listed) {
    const chunk = scanned.get(row) ?? rows.get(bucket, key, id);
    if (chunk !== null) chunks.push(chunk);
  }
  return chunks;
}
