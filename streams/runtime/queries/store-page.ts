import type { ByteStore } from '../../../stores/byte-store.js';
import { readInt64 } from '../../../stores/int64.js';
import { type StateKey, stateKey, stateKeyBytes } from '../../../stores/state-database.js';
import { decodeTimestamped } from '../../../stores/timestamped.js';
import { windowPrefix } from '../../../stores/window-store.js';
import { InvalidStateStoreError } from './invalid-state-store-error.js';
import type { QueryableStore } from './queryable-store.js';

/** An entry of a store as of the last commit. */
export interface StoreEntry<K = unknown, V = unknown> {
  readonly key: K;
  /** Of window stores; milliseconds since the epoch. */
  readonly window?: { readonly start: number; readonly end: number };
  /** `true` where the store keeps no values: that it is there is all. */
  readonly value: V;
  /** Of the latest record that made the value; null where the store keeps none. */
  readonly timestamp: number | null;
}

/** Some entries of one partition, in the order of their state keys: window starts, then serialized keys. */
export interface StorePage<K = unknown, V = unknown> {
  readonly entries: readonly StoreEntry<K, V>[];
  /** Goes on behind this page; null if it is the last one. */
  readonly next: string | null;
}

/** What to read: ends are included. */
export type StoreRange =
  /** Of a key-value store, from key to key in the order of their bytes; undefined: from the first, to the last. */
  | { readonly kind: 'keys'; readonly from: StateKey | undefined; readonly to: StateKey | undefined }
  /** Of a window store, the windows that start from `from` to `to`: of one key, or of all. */
  | { readonly kind: 'windows'; readonly key: StateKey | undefined; readonly from: number; readonly to: number };

export interface PageOptions {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string;
  /** Take a standby, or a task that is being restored, where none runs here: what it has may be old. */
  readonly stale?: boolean;
}

const END = '\uffff';
/** Just behind `key`: no state key lies between. */
const behind = (key: StateKey): StateKey => `${key}\0`;

/** One page of the committed entries of a partition. */
export async function readPage(
  store: QueryableStore,
  bytes: ByteStore,
  range: StoreRange,
  { limit, after }: PageOptions,
): Promise<StorePage> {
  const last = after === undefined ? undefined : decodeCursor(after);
  if (range.kind === 'windows' && range.key !== undefined) {
    return toPage(store, await windowsOf(bytes, range.key, range, last, limit + 1), limit);
  }
  const { from, to } = bounds(range);
  const start = last !== undefined && behind(last) > from ? behind(last) : from;
  return toPage(store, await bytes.committedEntries({ from: start, to }, limit + 1), limit);
}

/** The committed entry of a key-value store; null if there is none. */
export function readEntry(store: QueryableStore, bytes: ByteStore, key: StateKey): StoreEntry | null {
  const value = bytes.getCommitted(key);
  return value === null ? null : toEntry(store, key, value);
}

function bounds(range: StoreRange): { readonly from: StateKey; readonly to: StateKey } {
  if (range.kind === 'keys') return { from: range.from ?? '', to: range.to === undefined ? END : behind(range.to) };
  // No window starts before the epoch.
  const from = windowPrefix(Math.max(0, range.from));
  return { from, to: range.to >= Number.MAX_SAFE_INTEGER ? END : windowPrefix(Math.max(0, range.to + 1)) };
}

/**
 * The windows of one key. State keys begin with the window start: to go from window to window costs two reads for each start that
 * the store has, and none for the other keys in it.
 */
async function windowsOf(
  bytes: ByteStore,
  key: StateKey,
  range: { readonly from: number; readonly to: number },
  last: StateKey | undefined,
  limit: number,
): Promise<[StateKey, Buffer][]> {
  const { from, to } = bounds({ kind: 'windows', key: undefined, ...range });
  const found: [StateKey, Buffer][] = [];
  let position = last === undefined || behind(last) < from ? from : windowPrefix(startOf(last) + 1);
  while (found.length < limit) {
    const [first] = await bytes.committedEntries({ from: position, to }, 1);
    if (first === undefined) break;
    const start = startOf(first[0]);
    const stateKey = windowPrefix(start) + key;
    const value = bytes.getCommitted(stateKey);
    if (value !== null) found.push([stateKey, value]);
    position = windowPrefix(start + 1);
  }
  return found;
}

function toPage(store: QueryableStore, found: readonly (readonly [StateKey, Buffer])[], limit: number): StorePage {
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    entries: shown.map(([key, value]) => toEntry(store, key, value)),
    next: last === undefined ? null : encodeCursor(last[0]),
  };
}

function toEntry({ spec, windowSizeMs, hasValues }: QueryableStore, key: StateKey, value: Buffer): StoreEntry {
  const content = hasValues ? decodeTimestamped(spec.valueSerde, value) : { value: true, timestamp: null };
  const bytes = stateKeyBytes(key);
  if (windowSizeMs === undefined) return { key: spec.keySerde.deserialize(bytes), ...content };
  const start = readInt64(bytes, 0);
  return {
    key: spec.keySerde.deserialize(bytes.subarray(8)),
    window: { start, end: start + windowSizeMs },
    ...content,
  };
}

function startOf(key: StateKey): number {
  return readInt64(stateKeyBytes(key.slice(0, 8)), 0);
}

function encodeCursor(key: StateKey): string {
  return stateKeyBytes(key).toString('base64url');
}

function decodeCursor(cursor: string): StateKey {
  if (!/^[\w-]*$/.test(cursor))
    throw new InvalidStateStoreError('BAD_CURSOR', 'the cursor is not one of an earlier page');
  return stateKey(Buffer.from(cursor, 'base64url'));
}
