import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { ValueAndTimestamp } from '../../../stores/encoding/timestamped.js';
import type { AggregationNode, GraphNode, RepartitionNode, SourceNode } from '../../dsl/graph/node.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import type { Delay, TaskTime, TimeOrigin, Watermark } from '../time/time.js';
import type { LocalQueue } from './local-queue.js';
import type { Processor } from './processor.js';
import type { TaskContext } from './task-context.js';
import type { TaskStores } from './user/task-stores.js';
import type { SessionReach } from './window/session-reach.js';

/** Makes the processors of one node. It stands beside them, and uses only its site. */
export type Compile<N extends GraphNode> = (node: N, site: Site) => void;

/** The place of one node in the processors of a task. */
export interface Site {
  readonly context: TaskContext;
  readonly taskTime: TaskTime;
  readonly now: () => number;
  /** False: the application does not hold updates until the commit (Java: `statestore.cache.max.bytes` of 0). */
  readonly caching: boolean;
  /** The processors that forward the records of each parent, in the order of the parents. */
  readonly feeders: readonly Processor[];
  /** The processor that forwards the records of a node of the task. */
  feederOf(node: GraphNode): Processor | undefined;
  /** The origins of the time of the parents' records. */
  readonly frontier: readonly TimeOrigin[];
  readonly children: readonly GraphNode[];
  /** True if a join looks up the rows of the node, or a processor reads them. */
  readonly isLookedUp: boolean;
  /** True if a processor, or a dead letter, may ask where a record that has waited was read. */
  readonly keepsPlaces: boolean;
  /** True if an operator after the node uses the old values of its updates. */
  readonly sendsOldValues: boolean;

  /** The stores that processors of the task may share. */
  readonly stores: TaskStores;

  bytesOf(store: StoreSpec): ByteStore;

  /** The bounds of the sessions of a store. The groups of a `cogroup` share them, as they share the store. */
  sessionReach(store: StoreSpec): SessionReach;

  /** The rows of a parent, if it is a table. */
  viewOf(parent: GraphNode | undefined): TableView | undefined;

  /** The rows of a global store. undefined if the topology has none of this name. */
  globalTable(name: string): TableView | undefined;

  /** The origins of the time of a parent's records. */
  frontierOf(parent: GraphNode | undefined): readonly TimeOrigin[];

  /** Publishes the rows of this node to the nodes after it. */
  showTable(view: TableView): void;

  /** Connects a processor with its feeders. The processor that is placed last feeds the children of the node. */
  place(processor: Processor, placement?: Placement): void;

  /** Connects a processor that does not feed the children of the node by itself. */
  insert(processor: Processor, after: Processor): void;

  /** The processor gets the records of the source's topics. */
  readSource(node: SourceNode, processor: Processor): void;

  repartition(node: RepartitionNode): RepartitionRole;

  /** Records of the repartition topic enter the task at this input. The nodes after it go by its watermark. */
  readRepartition(input: RepartitionInput): void;
}

export interface Placement {
  /** The feeders of the processor. Absent: the feeders of the site. */
  readonly after?: readonly Processor[];
  /** The origins of the time of its records. Absent: the frontier of the site. */
  readonly frontier?: readonly TimeOrigin[];
}

/** A repartition topic, as seen by one sub-topology. */
export interface RepartitionRole {
  readonly topic: string;
  readonly partitions: number;
  /** The number of tasks that write to it. */
  readonly upstreamTasks: number;
  /** The sub-topology reads it. */
  readonly isRead: boolean;
  /** The sub-topology writes it. */
  readonly isWritten: boolean;
  /** True if records may stay in the task that made them. */
  readonly local: boolean;
  /** True if records are packed into blocks. */
  readonly packed: boolean;
  /** How calls before it delay its records. undefined: there are none. */
  readonly delay: Delay | undefined;
}

/** Where the records of a repartition topic enter a task. */
export interface RepartitionInput {
  readonly node: RepartitionNode;
  readonly topic: string;
  readonly source: Processor;
  /** Records of the task itself, which do not take the topic. */
  readonly queue: LocalQueue;
  readonly watermark: Watermark;
  /** The aggregation that may get partial aggregates. */
  readonly aggregate: AggregationNode | undefined;
}

/**
 * The rows of a table, for another operator of its task (Java: `KTableValueGetter`). A table without a store reads the
 * rows of its parent.
 */
export interface TableView {
  /** The current row, with the writes of the open transaction. null if there is none. */
  get(key: unknown): ValueAndTimestamp<unknown> | null;
  /** Of a versioned table: the row that was valid at `time`. */
  getAsOf?(key: unknown, time: number): ValueAndTimestamp<unknown> | null;
}
