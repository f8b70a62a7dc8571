import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { RankedKind } from '../../../../stores/kinds/ranked.js';
import type { SuppressionKind } from '../../../../stores/kinds/suppression.js';
import type { KeyValue } from '../../options/key-value.js';
import type { StoreSpec } from '../../processor/store-spec.js';
import type { ValueTransformerSupplier } from '../../processor/value-transformer.js';
import type { Serde } from '../../serde/serdes.js';
import type { NodeBase, StatefulNode } from './node-base.js';

/** A stream read as a table, with a store (`KTableSource` in Java). */
export interface TableNode extends NodeBase {
  readonly kind: 'table';
  /** The store, where there is one. */
  readonly store: StoreSpec<KeyValueKind>;
  /** False: it keeps no rows, unless a node needs them. `StreamsBuilder.build` decides that. */
  readonly isStored: boolean;
  /** False: the name of its store is generated, so it must not be stored. */
  readonly hasLastingName: boolean;
}

export interface TableFilterNode extends NodeBase {
  readonly kind: 'tableFilter';
  /** True: what comes after it does not know that a table before it is versioned, as in Java with `Materialized.with`. */
  readonly hidesHistory: boolean;
  /** undefined: its rows are those of its parent. */
  readonly store: StoreSpec<KeyValueKind> | undefined;
  readonly negated: boolean;
  predicate(key: unknown, value: unknown): boolean;
}

export interface TableMapValuesNode extends NodeBase {
  readonly kind: 'tableMapValues';
  /** True: what comes after it does not know that a table before it is versioned, as in Java with `Materialized.with`. */
  readonly hidesHistory: boolean;
  /** undefined: its rows are those of its parent, mapped again for each look-up. */
  readonly store: StoreSpec<KeyValueKind> | undefined;
  mapper(value: unknown, key: unknown): unknown;
}

/** A transformation of the values of a table, with stores (Java: `KTable.transformValues`). */
export interface TableTransformValuesNode extends NodeBase {
  readonly kind: 'tableTransformValues';
  /** True: what comes after it does not know that a table before it is versioned, as in Java with `Materialized.with`. */
  readonly hidesHistory: boolean;
  /** undefined: its rows are those of its parent, transformed again for each look-up. */
  readonly store: StoreSpec<KeyValueKind> | undefined;
  /** The stores that it uses beside its own. `StreamsBuilder.build` finds them. */
  readonly storeNames: readonly string[];
  readonly supplier: ValueTransformerSupplier<unknown, unknown, unknown>;
}

export interface ToStreamNode extends NodeBase {
  readonly kind: 'toStream';
  readonly keyMapper: { bivarianceHack(key: unknown, value: unknown): unknown }['bivarianceHack'] | undefined;
}

export interface SuppressNode extends StatefulNode {
  readonly kind: 'suppress';
  readonly store: StoreSpec<SuppressionKind>;
  readonly until: SuppressUntil;
}

export type SuppressUntil = {
  readonly maxRecords: number | undefined;
  /** False: with more records, the oldest one leaves early. */
  readonly stopsWhenFull: boolean;
} & (
  | { readonly kind: 'windowCloses'; readonly graceMs: number; readonly closeOnIdle: boolean }
  | { readonly kind: 'timeLimit'; readonly ms: number }
);

/** Gives each row of a table a new key and a new value, for a group (Java: `KTableRepartitionMap`). */
export interface TableGroupNode extends NodeBase {
  readonly kind: 'tableGroup';
  /** Serializes the new keys. A row stays in its group if the bytes of its key stay. */
  readonly keySerde: Serde<unknown>;
  mapper(key: unknown, value: unknown): KeyValue<unknown, unknown>;
}

/** An aggregation of a grouped table (Java: `KTableAggregate`, `KTableReduce`). */
export interface TableAggregateNode extends StatefulNode {
  readonly kind: 'tableAggregate';
  readonly store: StoreSpec<KeyValueKind>;
  /** undefined: the first value is the first aggregate (`reduce`). */
  readonly initializer: (() => unknown) | undefined;
  adder(key: unknown, value: unknown, aggregate: unknown): unknown;
  subtractor(key: unknown, value: unknown, aggregate: unknown): unknown;
}

/** The rows of a grouped table with the highest scores. */
export interface TableTopNNode extends StatefulNode {
  readonly kind: 'tableTopN';
  /** The list of each group. */
  readonly store: StoreSpec<KeyValueKind>;
  /** All rows of each group, by their scores. */
  readonly ranked: StoreSpec<RankedKind>;
  /** The score of each row. Key: the group and the key of the row. */
  readonly scores: StoreSpec<KeyValueKind>;
  readonly rowSerde: Serde<unknown>;
  readonly n: number;
  /** Throws if there is no finite score. */
  score(group: unknown, value: unknown): number;
}

/** One table that several nodes keep in one store: the aggregations of a cogroup by window. */
export interface TableMergeNode extends NodeBase {
  readonly kind: 'tableMerge';
}
