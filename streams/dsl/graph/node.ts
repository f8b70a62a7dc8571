import type { DistinctKind } from '../../../stores/kinds/distinct.js';
import type { KeyValueKind } from '../../../stores/kinds/key-value.js';
import type { KeyValueWithHeadersKind } from '../../../stores/kinds/key-value-with-headers.js';
import type { WindowStoreKind } from '../../../stores/kinds/kinds.js';
import type { PlainKeyValueKind } from '../../../stores/kinds/plain-key-value.js';
import type { SessionKind } from '../../../stores/kinds/session.js';
import type { SlidingWindowKind } from '../../../stores/kinds/sliding-window.js';
import type { SubscriptionsKind } from '../../../stores/kinds/subscriptions.js';
import type { SuppressionKind } from '../../../stores/kinds/suppression.js';
import type { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import type { ConsumerRecord, Headers } from '../../kafka/record.js';
import type { KeyValue } from '../options/key-value.js';
import type { AnyPartitioner } from '../options/stream-partitioner.js';
import type { AsyncCall, AsyncResult } from '../processor/async-call.js';
import type { GlobalProcessorSupplier } from '../processor/global-processor.js';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../processor/processor.js';
import type { ProcessorRecord } from '../processor/processor-record.js';
import type { StoreSpec } from '../processor/store-spec.js';
import type { ValueTransformerSupplier } from '../processor/value-transformer.js';
import type { Serde } from '../serde/serdes.js';
import type { JoinWindows } from '../windows/join-windows.js';
import type { SessionWindows } from '../windows/session-windows.js';
import type { SlidingWindows } from '../windows/sliding-windows.js';
import type { Windows } from '../windows/windows.js';
import type { TopicPattern } from './topic-pattern.js';

/**
 * The nodes of the topology graph: frozen data, added by the DSL in the order of declaration. Only the compilers know
 * what nodes do. Functions are declared as methods so that typed functions can be assigned to them.
 */
export type GraphNode =
  | SourceNode
  | TableNode
  | FilterNode
  | MapNode
  | SelectKeyNode
  | MapValuesNode
  | FlatMapNode
  | FlatMapValuesNode
  | PeekNode
  | PipeNode
  | ProcessNode
  | AsyncNode
  | PlacedNode
  | MergeNode
  | SplitNode
  | BranchNode
  | RepartitionNode
  | SinkNode
  | AggregateNode
  | WindowAggregateNode
  | DistinctNode
  | TableFilterNode
  | TableMapValuesNode
  | TableTransformValuesNode
  | ToStreamNode
  | SuppressNode
  | TableGroupNode
  | TableAggregateNode
  | TableJoinNode
  | StreamTableJoinNode
  | GlobalTableJoinNode
  | StreamJoinNode
  | SessionAggregateNode
  | SlidingAggregateNode
  | TableMergeNode
  | ForeignKeyRegisterNode
  | ForeignKeyLookupNode
  | ForeignKeyResolveNode;

interface NodeBase {
  /** Position in the order of declaration. */
  readonly id: number;
  /** Unique in the topology. Java's generated name if the caller gave none. */
  readonly name: string;
  readonly parents: readonly GraphNode[];
  /** The stores that it reads or writes. Nodes with a common store are in one sub-topology. */
  readonly stores: readonly StoreSpec[];
}

/** A node that keeps state in at least one store. */
interface StatefulNode extends NodeBase {
  readonly stores: readonly [StoreSpec, ...StoreSpec[]];
}

export interface SourceNode extends NodeBase {
  readonly kind: 'source';
  /** Their names, or the pattern that their names match. */
  readonly topics: readonly string[] | TopicPattern;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  timestampExtractor(record: ConsumerRecord, value: unknown, partitionTime: number): number;
}

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

export interface FilterNode extends NodeBase {
  readonly kind: 'filter';
  /** True for `filterNot`. */
  readonly negated: boolean;
  /** True: dropped records are counted. Records that a user's predicate drops are not counted, as in Java. */
  readonly countsDropped: boolean;
  predicate(key: unknown, value: unknown): boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  mapper(key: unknown, value: unknown): KeyValue<unknown, unknown>;
}

export interface SelectKeyNode extends NodeBase {
  readonly kind: 'selectKey';
  /** Names the mapper in the message of a PromiseError. */
  readonly what: string;
  mapper(key: unknown, value: unknown): unknown;
}

export interface MapValuesNode extends NodeBase {
  readonly kind: 'mapValues';
  mapper(value: unknown, key: unknown): unknown;
}

export interface FlatMapNode extends NodeBase {
  readonly kind: 'flatMap';
  mapper(key: unknown, value: unknown): Iterable<KeyValue<unknown, unknown>>;
}

export interface FlatMapValuesNode extends NodeBase {
  readonly kind: 'flatMapValues';
  mapper(value: unknown, key: unknown): Iterable<unknown>;
}

export interface PeekNode extends NodeBase {
  readonly kind: 'peek';
  action(key: unknown, value: unknown): void;
}

/** A chain of operators of another library. */
export interface PipeNode extends NodeBase {
  readonly kind: 'pipe';
  readonly operators: {
    mount(sink: (record: KeyValue<unknown, unknown>) => void): {
      bivarianceHack(record: KeyValue<unknown, unknown>): void;
    }['bivarianceHack'];
  };
}

/** A processor of the Processor API (Java: `KStream.process`, `KStream.processValues`). */
export interface ProcessNode extends NodeBase {
  readonly kind: 'process';
  /** The stores that it uses. `StreamsBuilder.build` finds them. */
  readonly storeNames: readonly string[];
  /** True: it gets records whose keys can't be changed, and a context for them. */
  readonly keepsKey: boolean;
  readonly supplier:
    | ProcessorSupplier<unknown, unknown, unknown, unknown>
    | FixedKeyProcessorSupplier<unknown, unknown, unknown>;
}

/** Calls a function that may give a promise. The calls of several records are in flight at a time. */
export interface AsyncNode extends NodeBase {
  readonly kind: 'async';
  readonly order: 'partition' | 'key';
  /** The most records of a task without a result, and the most calls in flight. */
  readonly maxConcurrent: number;
  /** Of one call. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** The pause before a retry. They count from 1. */
  pauseMs(retry: number): number;
  call(record: ProcessorRecord<unknown, unknown>, call: AsyncCall): unknown;
  /** The records to forward, of what the call has given. */
  resultsOf(record: ProcessorRecord<unknown, unknown>, given: unknown): readonly AsyncResult<unknown, unknown>[];
}

/** A processor that is not an operator of the DSL. No method of the DSL adds it. */
export interface PlacedNode extends NodeBase {
  readonly kind: 'placed';
  /**
   * True if its steps may wait. Then the repartition topics that its task reads have no blocks: a commit would wait for
   * the steps of a whole block.
   */
  readonly mayWait: boolean;
  /** Makes the processor of one task, and places it on the site of the node. */
  place(site: object): void;
}

export interface MergeNode extends NodeBase {
  readonly kind: 'merge';
}

export interface SplitNode extends NodeBase {
  readonly kind: 'split';
  readonly branches: readonly BranchPredicate[];
}

export interface BranchPredicate {
  readonly name: string;
  /** The default branch takes all records. */
  predicate(key: unknown, value: unknown): boolean;
}

export interface BranchNode extends NodeBase {
  readonly kind: 'branch';
  readonly index: number;
}

/** Moves records to the partition of their key. A record that is not there already goes through an internal topic. */
export interface RepartitionNode extends NodeBase {
  readonly kind: 'repartition';
  /** The topic is `<application.id>-<repartition>-repartition`. */
  readonly repartition: string;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  /** Absent: the number of the other inputs that it meets. If there are none, the number of tasks before it. */
  readonly partitions: number | undefined;
  /** True: records with a null key stay in their task. False: they are dropped. */
  readonly keepsNullKeys: boolean;
  /** undefined: a record goes to the partition of its key. */
  readonly partitioner: AnyPartitioner | undefined;
}

export interface SinkNode extends NodeBase {
  readonly kind: 'sink';
  readonly topic: string | TopicNameExtractor;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  /** undefined: the producer chooses the partition by the key. */
  readonly partitioner: AnyPartitioner | undefined;
}

/** The topic for a record (Java: `TopicNameExtractor`). */
export type TopicNameExtractor = {
  bivarianceHack(key: unknown, value: unknown, headers: Headers): string;
}['bivarianceHack'];

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
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
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

/** What fills a global store. */
export interface FilledBy {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly supplier: GlobalProcessorSupplier<unknown, unknown>;
}

/**
 * A store that each process has whole, filled from all partitions of a topic (Java: `TopologyDescription.GlobalStore`).
 * It is not a node of the graph: no task reads its topic, and its source topic is its changelog.
 */
export interface GlobalStoreNode {
  /** Name of the source. */
  readonly source: string;
  /** Name of the processor that fills the store. */
  readonly processor: string;
  readonly topic: string;
  /** It has the serdes of the topic, unless a processor fills it. */
  readonly store: StoreSpec<KeyValueKind | PlainKeyValueKind | KeyValueWithHeadersKind>;
  /** undefined: a global table, which keeps the newest value of each key. */
  readonly filled: FilledBy | undefined;
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
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
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
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
}

/** One table that several nodes keep in one store: the aggregations of a cogroup by window. */
export interface TableMergeNode extends NodeBase {
  readonly kind: 'tableMerge';
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

export type SuppressUntil = {
  readonly maxRecords: number | undefined;
  /** False: with more records, the oldest one leaves early. */
  readonly stopsWhenFull: boolean;
} & (
  | { readonly kind: 'windowCloses'; readonly graceMs: number; readonly closeOnIdle: boolean }
  | { readonly kind: 'timeLimit'; readonly ms: number }
);
