import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { SubscriptionsKind } from '../../../../stores/kinds/subscriptions.js';
import type { TimeBucketsKind } from '../../../../stores/kinds/time-buckets.js';
import type { StoreSpec } from '../../processor/store-spec.js';
import type { Serde } from '../../serde/serdes.js';
import type { JoinWindows } from '../../windows/join-windows.js';
import type { NodeBase, StatefulNode } from './node-base.js';
import type { GlobalStoreNode } from './source-nodes.js';
import type { LateSink } from './window-nodes.js';

/**
 * Which sides of a join give a result by themselves. `inner`: none, so both rows are needed. `left`: the left one.
 * `outer`: each.
 */
export type JoinType = 'inner' | 'left' | 'outer';

/** A join of two tables by key (Java: `KTableKTableJoin`). Its parents are the left and the right table. */
export interface TableJoinNode extends NodeBase {
  readonly kind: 'tableJoin';
  readonly joinType: JoinType;
  /** undefined: the rows are joined again for each look-up. */
  readonly store: StoreSpec<KeyValueKind> | undefined;
  joiner(left: unknown, right: unknown, key: unknown): unknown;
}

/** A join of a stream with the rows of a table (Java: `KStreamKTableJoin`). Its parents are the stream and the table. */
export interface StreamTableJoinNode extends NodeBase {
  readonly kind: 'streamTableJoin';
  readonly joinType: Exclude<JoinType, 'outer'>;
  /** Where records wait for rows of their time. undefined: they do not wait. */
  readonly buffer:
    | { readonly store: StoreSpec<TimeBucketsKind>; readonly graceMs: number; readonly closeOnIdle: boolean }
    | undefined;
  joiner(value: unknown, row: unknown, key: unknown): unknown;
}

/**
 * A join of a stream with a global table (Java: `KStreamGlobalKTableJoin`). Its only parent is the stream: the table is
 * in no sub-topology.
 */
export interface GlobalTableJoinNode extends NodeBase {
  readonly kind: 'globalTableJoin';
  readonly joinType: Exclude<JoinType, 'outer'>;
  readonly table: GlobalStoreNode;
  /** The key of the row. null: there is none. */
  keySelector(key: unknown, value: unknown): unknown;
  joiner(value: unknown, row: unknown, key: unknown, mappedKey: unknown): unknown;
}

/** The left side of a foreign-key join: its records are registrations, keyed by the foreign key. Its parent is the table. */
export interface ForeignKeyRegisterNode extends NodeBase {
  readonly kind: 'foreignKeyRegister';
  readonly joinType: Exclude<JoinType, 'outer'>;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly foreignKeySerde: Serde<unknown>;
  extractor(value: unknown, key: unknown): unknown;
}

/** The right side of a foreign-key join: its records are responses, keyed by the left key. */
export interface ForeignKeyLookupNode extends StatefulNode {
  readonly kind: 'foreignKeyLookup';
  readonly store: StoreSpec<SubscriptionsKind>;
  readonly leftKeySerde: Serde<unknown>;
}

/** Joins responses with the rows of the left table. Its parents are the responses and the left table. */
export interface ForeignKeyResolveNode extends NodeBase {
  readonly kind: 'foreignKeyResolve';
  readonly joinType: Exclude<JoinType, 'outer'>;
  readonly valueSerde: Serde<unknown>;
  joiner(value: unknown, foreign: unknown, key: unknown): unknown;
}

/** One side of a join of two streams. */
export interface JoinedSide {
  /** Its records, for those of the other side. */
  readonly store: StoreSpec<TimeBucketsKind>;
  /** Its records that have found no other yet. undefined: they never come out alone. */
  readonly waiting: StoreSpec<TimeBucketsKind> | undefined;
}

/** The topic for late records of a join, and how each side is serialized. undefined: it has the records of the other. */
export interface LateSinksOfJoin {
  readonly topic: string;
  readonly left: LateSink;
  readonly right: LateSink | undefined;
}

/** A join of two streams by key and time (Java: `KStreamKStreamJoin`). Its parents are the left and the right stream. */
export interface StreamJoinNode extends StatefulNode {
  readonly kind: 'streamJoin';
  readonly windows: JoinWindows;
  readonly left: JoinedSide;
  readonly right: JoinedSide;
  /** undefined: late records are only counted. */
  readonly late: LateSinksOfJoin | undefined;
  joiner(left: unknown, right: unknown, key: unknown): unknown;
}
