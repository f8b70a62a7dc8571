import type { KeyRange } from '../../../stores/bytes/key-range.js';
import { END_OF_KEYS, prefixEnd, type StateKey, stateKey } from '../../../stores/encoding/state-key.js';
import { badKey, type QueryableStore, stateKeyOfText } from './queryable-store.js';

/** From key to key, both included. null: no bound. */
export function keyRange(from: StateKey | null, to: StateKey | null): KeyRange {
  return { from: from ?? '', to: to === null ? END_OF_KEYS : `${to}\0` };
}

/** The keys that begin with these bytes. */
export function prefixRange(prefix: Buffer): KeyRange {
  const from = stateKey(prefix);
  return { from, to: prefixEnd(from) };
}

/** The keys within all bounds that are given. Throws an InvalidStateStoreError for what is no key of the store. */
export function keysOfText(
  store: QueryableStore,
  { from, to, prefix }: { readonly from?: string; readonly to?: string; readonly prefix?: string },
): KeyRange {
  const bound = (text: string | undefined): StateKey | null =>
    text === undefined ? null : stateKeyOfText(store, text);
  const range = keyRange(bound(from), bound(to));
  if (prefix === undefined) return range;
  const begins = prefixRange(prefixBytes(store, prefix));
  return {
    from: begins.from > range.from ? begins.from : range.from,
    to: begins.to < range.to ? begins.to : range.to,
  };
}

/** Throws an InvalidStateStoreError if the keys are not stored as their text. */
export function prefixBytes({ spec }: QueryableStore, prefix: string): Buffer {
  if (spec.keySerde.fromText === undefined) return Buffer.from(prefix);
  throw badKey(spec, new Error('a prefix needs keys that are stored as their text'));
}
