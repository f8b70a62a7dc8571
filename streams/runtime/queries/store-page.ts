import { setImmediate as immediate } from 'node:timers/promises';
import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { Entry, EntryScan } from '../../../stores/bytes/entry-scan.js';
import { type StateKey, stateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { TIME_BYTES, timeOf, timePrefix } from '../../../stores/encoding/time-prefix.js';
import { decodeTimestamped } from '../../../stores/encoding/timestamped.js';
import { InvalidStateStoreError } from '../invalid-state-store-error.js';
import type { QueryableStore } from './queryable-store.js';

/** An entry of a store as of the last commit. */
export interface StoreEntry<K = unknown, V = unknown> {
  readonly key: K;
  /** Of window stores; milliseconds since the epoch. */
  readonly window?: { readonly start: number; readonly end: number };
  /** `true` if the store keeps no values: the entry says only that the key is there. */
  readonly value: V;
  /** Timestamp of the latest record that changed the value. null if the store keeps none. */
  readonly timestamp: number | null;
}

/**
 * Some entries of one partition, in the order of their state keys: by window start, then by serialized key. A page ends
 * at its limit, at some megabytes of entries, or when the query has looked at enough of the store. So a page may have
 * fewer entries than its limit, or none, and still not be the last one.
 */
export interface StorePage<K = unknown, V = unknown> {
  readonly entries: readonly StoreEntry<K, V>[];
  /** The cursor of the next page. null on the last page. */
  readonly next: string | null;
}

/** What to read. Both ends are included. */
export type StoreRange =
  /**
   * In a key-value store, from key to key in the order of their bytes. undefined: from the first key, to the last key.
   */
  | { readonly kind: 'keys'; readonly from: StateKey | undefined; readonly to: StateKey | undefined }
  /** In a window store, the windows that start from `from` to `to`: of one key, or of all keys. */
  | { readonly kind: 'windows'; readonly key: StateKey | undefined; readonly from: number; readonly to: number };

export interface PageOptions {
  readonly limit: number;
  /** The `next` of the previous page. */
  readonly after?: string;
  /** Reads a standby, or a task that is being restored, if the task does not run here. Such data may be old. */
  readonly stale?: boolean;
  /** Aborted when the client has gone. Then reading ends, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const END = '\uffff';
/** The key after `key`: no state key is between the two. */
const keyAfter = (key: StateKey): StateKey => `${key}\0`;

/** A page ends when its entries have this number of bytes. */
const MAX_PAGE_BYTES = 4_194_304;
/** The number of entries that a page may look at: some 50 ms of the thread that processes (measured). */
const MAX_PAGE_WORK = 32_768;
/** The number of entries between two turns of the event loop. */
const WORK_SLICE = 1024;
/** A seek in LevelDB costs as much as looking at this number of entries (measured). */
const SEEK_WORK = 32;

/** One page of the committed entries of a partition. Rejects with the reason of `signal` if it is aborted. */
export async function readPage(
  store: QueryableStore,
  bytes: ByteStore,
  range: StoreRange,
  { limit, after, signal }: PageOptions,
): Promise<StorePage> {
  signal?.throwIfAborted();
  const last = after === undefined ? undefined : decodeCursor(after);
  const { from, to } = bounds(range);
  const start = last !== undefined && keyAfter(last) > from ? keyAfter(last) : from;
  const scan = bytes.scanCommitted({ from: start, to });
  try {
    const windowKey = range.kind === 'windows' ? range.key : undefined;
    const { found, next } = await entriesOf(scan, windowKey, limit, signal);
    return {
      entries: found.map(([key, value]) => toEntry(store, key, value)),
      next: next === undefined ? null : encodeCursor(next),
    };
  } finally {
    await scan.close();
  }
}

/** The committed entry of a key-value store; null if there is none. */
export function readEntry(store: QueryableStore, bytes: ByteStore, key: StateKey): StoreEntry | null {
  const value = bytes.getCommitted(key);
  return value === null ? null : toEntry(store, key, value);
}

function bounds(range: StoreRange): { readonly from: StateKey; readonly to: StateKey } {
  if (range.kind === 'keys') return { from: range.from ?? '', to: range.to === undefined ? END : keyAfter(range.to) };
  // No window starts before the epoch.
  const from = timePrefix(Math.max(0, range.from));
  return { from, to: range.to >= Number.MAX_SAFE_INTEGER ? END : timePrefix(Math.max(0, range.to + 1)) };
}

interface Found {
  readonly found: readonly Entry[];
  /** The last key that the page looked at. undefined if there are no more. */
  readonly next: StateKey | undefined;
}

/** Up to `limit` entries: all entries, or the windows of one key. */
async function entriesOf(
  scan: EntryScan,
  windowKey: StateKey | undefined,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const found: Entry[] = [];
  const windows = windowKey === undefined ? undefined : new WindowSkip(scan, windowKey);
  let size = 0;
  let work = 0;
  let sliceEnd = WORK_SLICE;
  let next: StateKey | undefined;
  for (let entry = await scan.next(); entry !== undefined; entry = await scan.next()) {
    const [key, value] = entry;
    if (windows === undefined || windows.isOfKey(key)) {
      if (found.length >= limit || size >= MAX_PAGE_BYTES) return { found, next };
      found.push(entry);
      size += key.length + value.length;
    }
    next = key;
    work += 1 + (windows?.skip(key) === true ? SEEK_WORK : 0);
    if (work >= MAX_PAGE_WORK) return { found, next };
    if (work >= sliceEnd) {
      sliceEnd += WORK_SLICE;
      await immediate();
      signal?.throwIfAborted();
    }
  }
  return { found, next: undefined };
}

/**
 * Goes from window to window of one key. State keys begin with the window start, so entries of other keys are between
 * two windows of a key. A few of them are read, because that costs less than a seek. After more of them, and in the
 * windows that follow, it seeks.
 */
class WindowSkip {
  readonly #scan: EntryScan;
  readonly #key: StateKey;
  #window: StateKey = '';
  /** Entries of this window that are read before it seeks. */
  #patience = SEEK_WORK;
  #read = 0;

  constructor(scan: EntryScan, key: StateKey) {
    this.#scan = scan;
    this.#key = key;
  }

  isOfKey(stateKey: StateKey): boolean {
    return stateKey.length === TIME_BYTES + this.#key.length && stateKey.endsWith(this.#key);
  }

  /** Call it after looking at the entry of `stateKey`. True if it has skipped entries. */
  skip(stateKey: StateKey): boolean {
    const window = stateKey.slice(0, TIME_BYTES);
    if (window !== this.#window) {
      if (this.#read < this.#patience) this.#patience = SEEK_WORK;
      this.#window = window;
      this.#read = 0;
    }
    if (++this.#read < this.#patience) return false;
    this.#patience = 1;
    const wanted = window + this.#key;
    this.#scan.seek(stateKey < wanted ? wanted : timePrefix(timeOf(window) + 1));
    return true;
  }
}

function toEntry({ spec, query }: QueryableStore, key: StateKey, value: Buffer): StoreEntry {
  const { keySerde, valueSerde } = spec;
  const bytes = stateKeyBytes(key);
  if (query.kind === 'keyValue') return { key: keySerde.deserialize(bytes), ...decodeTimestamped(valueSerde, value) };
  const start = timeOf(key);
  const content = query.hasValues ? decodeTimestamped(valueSerde, value) : { value: true, timestamp: null };
  return {
    key: keySerde.deserialize(bytes.subarray(TIME_BYTES)),
    window: { start, end: start + query.sizeMs },
    ...content,
  };
}

function encodeCursor(key: StateKey): string {
  return stateKeyBytes(key).toString('base64url');
}

function decodeCursor(cursor: string): StateKey {
  if (!/^[\w-]*$/.test(cursor))
    throw new InvalidStateStoreError('BAD_CURSOR', 'the cursor is not one of an earlier page');
  return stateKey(Buffer.from(cursor, 'base64url'));
}
