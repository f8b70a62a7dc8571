import type { DistinctKind } from './distinct.js';
import type { KeyValueKind } from './key-value.js';
import type { KeyValueWithHeadersKind } from './key-value-with-headers.js';
import type { LruKind } from './lru.js';
import type { PlainKeyValueKind } from './plain-key-value.js';
import type { ProcessorSessionKind } from './processor-session.js';
import type { ProcessorWindowKind } from './processor-window.js';
import type { RankedKind } from './ranked.js';
import type { SessionKind } from './session.js';
import type { SlidingWindowKind } from './sliding-window.js';
import type { SubscriptionsKind } from './subscriptions.js';
import type { SuppressionKind } from './suppression.js';
import type { TimeBucketsKind } from './time-buckets.js';
import type { UnlimitedWindowKind } from './unlimited-window.js';
import type { WindowKind } from './window.js';

/**
 * The kinds of stores. `kind` distinguishes them. Each is one file of this folder. A new kind is added to this union.
 * The contract of stores (`test/stores/contract/`) does not compile until it covers the new kind.
 */
export type StoreKind =
  | KeyValueKind
  | WindowStoreKind
  | DistinctKind
  | SuppressionKind
  | TimeBucketsKind
  | SessionKind
  | SlidingWindowKind
  | SubscriptionsKind
  | RankedKind
  | ProcessorKeyValueKind
  | ProcessorWindowKind
  | ProcessorSessionKind;

/** The kinds whose rows are values by window and key. */
export type WindowStoreKind = WindowKind | UnlimitedWindowKind;

/** The kinds by key that only processors use. */
export type ProcessorKeyValueKind = PlainKeyValueKind | KeyValueWithHeadersKind | LruKind;
