import type { ChangelogCodec } from '../encoding/changelog-codec.js';

/**
 * What every kind of store has: all that others must know to keep, restore and query a store without knowing its kind. A kind adds
 * `open`, which gives the store on its bytes.
 */
export interface KindOfStore {
  /** Tells the kinds apart. */
  readonly kind: string;
  readonly shape: StoreShape;
  readonly changelog: ChangelogCodec;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
}

/**
 * What the rows of a store mean, as the audit record of a task keeps it: rows of another shape would be misread. `kind` is a name for
 * good, since applications have state under it.
 */
export interface StoreShape {
  readonly kind: string;
  /** Lengths of time, milliseconds. */
  readonly sizeMs?: number;
  readonly advanceMs?: number;
  readonly graceMs?: number;
}

/** What the broker may remove from the changelog: see `cleanup.policy` of a topic. */
export type ChangelogCleanup =
  | { readonly policy: 'compact' }
  /** `retentionMs`: milliseconds for which a record is needed at least. */
  | { readonly policy: 'delete' | 'compact,delete'; readonly retentionMs: number };

/** A row is needed until it is deleted. */
export const COMPACTED: ChangelogCleanup = Object.freeze({ policy: 'compact' });

/** How a store can be queried. */
export type QueryShape =
  | { readonly kind: 'none' }
  | { readonly kind: 'keyValue' }
  /** `hasValues` is false where an entry says only that it is there. */
  | { readonly kind: 'window'; readonly sizeMs: number; readonly hasValues: boolean };

/** What the store holds is the buffer of an operator, and no table. */
export const NOT_QUERIED: QueryShape = Object.freeze({ kind: 'none' });

/** Lengths of the windows of a store, milliseconds. */
export interface WindowLengths {
  readonly sizeMs: number;
  readonly advanceMs: number;
  /** Which windows have closed, and were emitted or have expired, depends on it. */
  readonly graceMs: number;
}
