import { END_OF_KEYS, prefixEnd, type StateKey } from '../encoding/state-key.js';

/** Keys from `from` (inclusive) to `to` (exclusive). */
export interface KeyRange {
  readonly from: StateKey;
  readonly to: StateKey;
}

export const ALL_KEYS: KeyRange = Object.freeze({ from: '', to: END_OF_KEYS });

/** The part of the range from `key` on. */
export function rangeFrom({ from, to }: KeyRange, key: StateKey): KeyRange {
  const start = from > key ? from : key;
  return { from: start, to: to > start ? to : start };
}

/** The range of the keys that have this prefix before them. */
export function prefixedRange(prefix: StateKey, { from, to }: KeyRange): KeyRange {
  const end = prefixEnd(prefix);
  const prefixedTo = prefix + to;
  return { from: prefix + from, to: prefixedTo < end ? prefixedTo : end };
}

/** The first part of the keys of a store in the database of its task. */
export function storePrefix(store: string): StateKey {
  return `${store}\0`;
}

/** The store of a key in the database of its task. Empty if it is of no store. */
export function storeOf(key: StateKey): string {
  return key.slice(0, key.indexOf('\0'));
}
