import type { ChangelogCodec } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { RowHeader } from '../encoding/timestamped-with-headers.js';

/**
 * What every kind of store has. With it a store is kept, restored and queried without knowledge of its kind. Each kind
 * also has `open`, which returns the store on its bytes.
 */
export interface KindOfStore {
  /** The name of the kind. */
  readonly kind: string;
  readonly shape: StoreShape;
  readonly changelog: ChangelogCodec;
  readonly cleanup: ChangelogCleanup;
  readonly query: QueryShape;
}

/**
 * What the rows of a store mean. The checkpoint of a task keeps it, because rows of another shape would be misread.
 * Never change the value of `kind`: applications have state with this name.
 */
export interface StoreShape {
  readonly kind: string;
  /** Milliseconds, like the other lengths. */
  readonly sizeMs?: number;
  readonly advanceMs?: number;
  readonly graceMs?: number;
}

/**
 * What a row of a processor's store has beside the value: nothing, the timestamp, or timestamp and headers (Java:
 * `WindowStore`, `TimestampedWindowStore`, `TimestampedWindowStoreWithHeaders`).
 */
export type RowFormat = 'plain' | 'timestamped' | 'withHeaders';

/** What the broker may remove from the changelog: the `cleanup.policy` of the topic. */
export type ChangelogCleanup =
  | { readonly policy: 'compact' }
  /** `retentionMs`: how long a record is needed at least, in milliseconds. */
  | { readonly policy: 'delete' | 'compact,delete'; readonly retentionMs: number };

/** A row is needed until it is deleted. */
export const COMPACTED: ChangelogCleanup = Object.freeze({ policy: 'compact' });

/** What queries show of a row, beside its key and its time. */
export interface QueriedRow {
  readonly value: unknown;
  /** Milliseconds since the epoch. null if the row has none. */
  readonly timestamp: number | null;
  /** Of rows with headers only. */
  readonly headers?: readonly RowHeader[];
}

/** `time`: the time of an entry in time buckets, 0 in other stores. */
export type RowDecoder = (values: Codec<unknown>, bytes: Buffer, time: number) => QueriedRow;

/** How long queries see the entries of a store. */
export interface QueriedRetention {
  /** An entry is seen while its time is above the observed one less this length. Milliseconds. */
  readonly ms: number;
  /** The name of the observed time in the checkpoint of the task. */
  readonly observed: 'observedStart' | 'observedEnd' | 'highest';
}

/** How a store can be queried. `decode`: what a row shows. */
export type QueryShape =
  | { readonly kind: 'none' }
  | { readonly kind: 'keyValue'; readonly decode: RowDecoder }
  | {
      readonly kind: 'window';
      readonly decode: RowDecoder;
      /** Milliseconds. Infinite: the windows never end. */
      readonly sizeMs: number;
      /** undefined: entries do not expire. */
      readonly retention?: QueriedRetention;
      /** The length of the time buckets, in milliseconds. undefined: each row is one window. */
      readonly bucketMs?: number;
    }
  | {
      readonly kind: 'session';
      readonly decode: RowDecoder;
      readonly retention: QueriedRetention;
      readonly bucketMs: number;
    };

/** The store is the buffer of an operator and not a table, so it has no queries. */
export const NOT_QUERIED: QueryShape = Object.freeze({ kind: 'none' });

/** Lengths of the windows of a store, in milliseconds. */
export interface WindowLengths {
  readonly sizeMs: number;
  readonly advanceMs: number;
  /** It decides which windows have closed, and so which ones were emitted or have expired. */
  readonly graceMs: number;
}
