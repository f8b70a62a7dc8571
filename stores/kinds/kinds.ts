import type { DistinctKind } from './distinct.js';
import type { KeyValueKind } from './key-value.js';
import type { SuppressionKind } from './suppression.js';
import type { TimeBucketsKind } from './time-buckets.js';
import type { UnlimitedWindowKind } from './unlimited-window.js';
import type { WindowKind } from './window.js';

/**
 * The kinds of stores, told apart by `kind`. Each is one file of this folder. A new one is added here; the contract of stores
 * (`test/stores/contract/`) does not compile before it covers it.
 */
export type StoreKind = KeyValueKind | WindowStoreKind | DistinctKind | SuppressionKind | TimeBucketsKind;

/** Kinds whose rows are values by window and key. */
export type WindowStoreKind = WindowKind | UnlimitedWindowKind;
