import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { ValueAndTimestamp } from '../../../stores/encoding/timestamped.js';
import type { AggregationNode, GraphNode, RepartitionNode, SourceNode, StoreSpec } from '../../dsl/graph/node.js';
import type { TaskTime, TimeOrigin, Watermark } from '../time/time.js';
import type { LocalQueue } from './local-queue.js';
import type { Processor } from './processor.js';
import type { TaskContext } from './task-context.js';

/** Makes the processors of one node. It stands beside them, and may use what its site offers. */
export type Compile<N extends GraphNode> = (node: N, site: Site) => void;

/** The place of one node in the processors of a task. */
export interface Site {
  readonly context: TaskContext;
  readonly taskTime: TaskTime;
  readonly now: () => number;
  /** False: the application keeps no updates back (Java: `statestore.cache.max.bytes` of 0). */
  readonly caching: boolean;
  /** What hands on the records of each parent, in the order of the parents. */
  readonly feeders: readonly Processor[];
  /** The time that the records of the parents go by. */
  readonly frontier: readonly TimeOrigin[];
  readonly children: readonly GraphNode[];
  /** Something that follows uses the old values of the node's updates. */
  readonly sendsOldValues: boolean;

  bytesOf(store: StoreSpec): ByteStore;

  /** The rows of the parent, if it is a table. */
  readonly parentView: TableView | undefined;

  /** The rows of this node, for those that follow. */
  showTable(view: TableView): void;

  /** Connects a processor with what feeds it, and makes it what feeds the children: the last one that is placed does. */
  place(processor: Processor, placement?: Placement): void;

  /** Connects a processor, which feeds no child of the node by itself. */
  insert(processor: Processor, after: Processor): void;

  /** Records of the source's topics come in at the processor. */
  readSource(node: SourceNode, processor: Processor): void;

  repartition(node: RepartitionNode): RepartitionRole;

  /** Records of the repartition topic come in there, and what follows goes by its watermark. */
  readRepartition(input: RepartitionInput): void;

  /** Processes what is in the queue of the input. */
  drain(input: RepartitionInput): void;
}

export interface Placement {
  /** What feeds the processor. Absent: the feeders of the site. */
  readonly after?: readonly Processor[];
  /** The time that its records go by. Absent: the frontier of the site. */
  readonly frontier?: readonly TimeOrigin[];
}

/** A repartition topic, as one sub-topology sees it. */
export interface RepartitionRole {
  readonly topic: string;
  readonly partitions: number;
  /** How many tasks write to it. */
  readonly upstreamTasks: number;
  /** The sub-topology reads it. */
  readonly isRead: boolean;
  /** The sub-topology writes it. */
  readonly isWritten: boolean;
  /** True if records may stay in the task that made them. */
  readonly local: boolean;
}

/** Where the records of one repartition topic come into a task. */
export interface RepartitionInput {
  readonly node: RepartitionNode;
  readonly topic: string;
  readonly source: Processor;
  /** Records of the task itself, which do not take the way through the topic. */
  readonly queue: LocalQueue;
  readonly watermark: Watermark;
  /** The aggregation whose partial aggregates may come. */
  readonly aggregate: AggregationNode | undefined;
}

/**
 * The rows of a table, for another operator of its task (Java: `KTableValueGetter`). A table that is made of another one without a store reads
 * that one's rows.
 */
export interface TableView {
  /** The row as it is now, with what the transaction wrote; null if there is none. */
  get(key: unknown): ValueAndTimestamp<unknown> | null;
}
