import { setImmediate as immediate } from 'node:timers/promises';
import type { KeyRange } from '../../../stores/bytes/key-range.js';
import type { StateKey } from '../../../stores/encoding/state-key.js';
import type { CommittedStore } from './committed-store.js';
import { decodeCursor, encodeCursor, type RowCursor } from './row-cursor.js';
import { hasPlaces, keyValueEntry, rowReader } from './row-reader.js';
import type { PageOptions, StoreEntry, StorePage, StoreRange } from './store-entry.js';
import { isRowOfKey, SEEK_WORK, WindowSkip } from './window-skip.js';

/** A page ends when its entries have this number of bytes. */
export const MAX_PAGE_BYTES = 4_194_304;
/** The number of entries that a page may look at: some 50 ms of the thread that processes (measured). */
const MAX_PAGE_WORK = 32_768;
/** The number of entries between two turns of the event loop. */
const WORK_SLICE = 1024;

/** One page of the committed entries of a partition. Rejects with the reason of `signal` if it is aborted. */
export async function readPage(
  committed: CommittedStore,
  range: StoreRange,
  { limit, after, reverse = false, signal }: PageOptions,
): Promise<StorePage> {
  signal?.throwIfAborted();
  const places = hasPlaces(committed.store);
  const last = after === undefined ? undefined : decodeCursor(after, places);
  const reader = rowReader(committed, range, { reverse, after: last });
  const scan = committed.bytes.scanCommitted(rowsAfter(reader.rows, last, reverse), { reverse });
  // A scan seeks forwards only.
  const skip = reader.ofKey === undefined || reverse ? undefined : new WindowSkip(scan, reader.ofKey);
  const entries: StoreEntry[] = [];
  let next = last;
  const page = (): StorePage => ({ entries, next: next === undefined ? null : encodeCursor(next, places) });
  let size = 0;
  let work = 0;
  let sliceEnd = WORK_SLICE;
  try {
    for (let entry = await scan.next(); entry !== undefined; entry = await scan.next()) {
      const [row, bytes] = entry;
      if (reader.ofKey === undefined || isRowOfKey(row, reader.ofKey)) {
        for (const found of reader.entriesOf(row, bytes)) {
          if (entries.length >= limit || size >= MAX_PAGE_BYTES) return page();
          entries.push(found.decode());
          size += found.size;
          work++;
          next = { row, place: found.place };
        }
      }
      next = { row, place: undefined };
      work += 1 + (skip?.skip(row) === true ? SEEK_WORK : 0);
      if (work >= MAX_PAGE_WORK) return page();
      if (work >= sliceEnd) {
        sliceEnd = work + WORK_SLICE;
        await immediate();
        signal?.throwIfAborted();
      }
    }
    return { entries, next: null };
  } finally {
    await scan.close();
  }
}

/** The committed entry of a key-value store; null if there is none. */
export function readEntry({ store, bytes }: CommittedStore, key: StateKey): StoreEntry | null {
  const value = bytes.getCommitted(key);
  return value === null ? null : keyValueEntry(store, key, value);
}

/** The rows that the pages before have not read to their end. */
function rowsAfter(rows: KeyRange, last: RowCursor | undefined, reverse: boolean): KeyRange {
  if (last === undefined) return rows;
  const { row, place } = last;
  // No state key is between a key and this one.
  const afterRow = `${row}\0`;
  if (reverse) {
    const to = place === undefined ? row : afterRow;
    return { from: rows.from, to: to < rows.to ? to : rows.to };
  }
  const from = place === undefined ? afterRow : row;
  return { from: from > rows.from ? from : rows.from, to: rows.to };
}
