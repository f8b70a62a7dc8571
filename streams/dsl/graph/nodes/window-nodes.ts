import type { DistinctKind } from '../../../../stores/kinds/distinct.js';
import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { WindowStoreKind } from '../../../../stores/kinds/kinds.js';
import type { SessionKind } from '../../../../stores/kinds/session.js';
import type { SlidingWindowKind } from '../../../../stores/kinds/sliding-window.js';
import type { KeyValue } from '../../options/key-value.js';
import type { StoreSpec } from '../../processor/store-spec.js';
import type { Serde } from '../../serde/serdes.js';
import type { SessionWindows } from '../../windows/session-windows.js';
import type { SlidingWindows } from '../../windows/sliding-windows.js';
import type { Windows } from '../../windows/windows.js';
import type { StatefulNode } from './node-base.js';

/** The topic for records that arrive after their window has closed. */
export interface LateSink {
  readonly topic: string;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
}

export type EmitStrategy = 'onWindowUpdate' | 'onWindowClose';

/** The common part of `count`, `reduce` and `aggregate`, windowed or not. */
export interface AggregationNode extends StatefulNode {
  readonly kind: 'aggregate' | 'windowAggregate';
  readonly store: StoreSpec<KeyValueKind | WindowStoreKind>;
  /** undefined: the first value is the first aggregate (`reduce`). */
  readonly initializer: (() => unknown) | undefined;
  aggregator(key: unknown, value: unknown, aggregate: unknown, timestamp: number): unknown;
  /** Merges two aggregates. If it is present, the aggregation is associative. */
  readonly combiner: AggregateCombiner | undefined;
}

/** An aggregation of a grouped stream, by key. */
export interface AggregateNode extends AggregationNode {
  readonly kind: 'aggregate';
  readonly store: StoreSpec<KeyValueKind>;
}

/** An aggregation of a grouped stream, by key and window. */
export interface WindowAggregateNode extends AggregationNode {
  readonly kind: 'windowAggregate';
  readonly store: StoreSpec<WindowStoreKind>;
  /** Distinguishes the groups of a cogroup. undefined if there is one group. */
  readonly part: number | undefined;
  readonly windows: Windows;
  readonly emit: EmitStrategy;
  /** undefined: late records are only counted. */
  readonly late: LateSink | undefined;
}

export type AggregateCombiner = {
  bivarianceHack(key: unknown, left: unknown, right: unknown): unknown;
}['bivarianceHack'];

/** Forwards the first record of each identity and window. */
export interface DistinctNode extends StatefulNode {
  readonly kind: 'distinct';
  /** Its key serde is that of the identity. It has no values. */
  readonly store: StoreSpec<DistinctKind>;
  readonly windows: Windows;
  readonly late: LateSink | undefined;
  identity(key: unknown, value: unknown): unknown;
  /** The record as it came to the grouped stream, for the topic of late records. undefined: it is not known. */
  original(key: unknown, value: unknown): KeyValue<unknown, unknown> | undefined;
}

/** An aggregation of a grouped stream, by key and session (Java: `KStreamSessionWindowAggregate`). */
export interface SessionAggregateNode extends StatefulNode {
  readonly kind: 'sessionAggregate';
  readonly store: StoreSpec<SessionKind>;
  /** Distinguishes the groups of a cogroup. undefined if there is one group. */
  readonly part: number | undefined;
  readonly windows: SessionWindows;
  readonly emit: EmitStrategy;
  /** undefined: late records are only counted. */
  readonly late: LateSink | undefined;
  /** undefined: the first value is the first aggregate (`reduce`). */
  readonly initializer: (() => unknown) | undefined;
  aggregator(key: unknown, value: unknown, aggregate: unknown, timestamp: number): unknown;
  merger(key: unknown, left: unknown, right: unknown): unknown;
}

/** An aggregation of a grouped stream, by key and sliding window (Java: `KStreamSlidingWindowAggregate`). */
export interface SlidingAggregateNode extends StatefulNode {
  readonly kind: 'slidingAggregate';
  readonly store: StoreSpec<SlidingWindowKind>;
  /** Distinguishes the groups of a cogroup. undefined if there is one group. */
  readonly part: number | undefined;
  readonly windows: SlidingWindows;
  readonly emit: EmitStrategy;
  /** undefined: late records are only counted. */
  readonly late: LateSink | undefined;
  /** undefined: the first value is the first aggregate (`reduce`). */
  readonly initializer: (() => unknown) | undefined;
  aggregator(key: unknown, value: unknown, aggregate: unknown, timestamp: number): unknown;
}
