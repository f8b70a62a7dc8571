import type { Graph } from '../graph/graph.js';
import type { GraphNode, LateSink } from '../graph/node.js';
import { addRepartition, type SerdePair } from './repartition.js';

/** @internal One of the groups that an aggregation by window has. */
export interface AggregatedGroup {
  /** Each of its records is in the partition of its key. */
  readonly parent: GraphNode;
  /** Of its records, and so of those that are late. */
  readonly serdes: Pick<LateSink, 'keySerde' | 'valueSerde'>;
  /** undefined: that of the aggregation. */
  readonly aggregator: TimedAggregator | undefined;
  /** Distinguishes the groups of a cogroup. undefined if there is one group. */
  readonly part: number | undefined;
}

/** @internal */
export type GroupAggregator = {
  bivarianceHack(key: unknown, value: unknown, aggregate: unknown): unknown;
}['bivarianceHack'];

/** @internal An aggregator that also gets the timestamp of the record. */
export type TimedAggregator = {
  bivarianceHack(key: unknown, value: unknown, aggregate: unknown, timestamp: number): unknown;
}['bivarianceHack'];

/** @internal A grouped stream before its aggregations. */
export class GroupedSource<K, V> {
  readonly graph: Graph;
  /**
   * The parent of the group. Its records may have null keys, and may be in another partition than that of their key.
   */
  readonly node: GraphNode;
  readonly serdes: SerdePair<K, V>;
  readonly #mustMove: boolean;
  readonly #name: string | undefined;
  #shared: GraphNode | undefined;

  /** `name` is the name that the user gave the group. */
  constructor(graph: Graph, node: GraphNode, serdes: SerdePair<K, V>, mustMove: boolean, name: string | undefined) {
    this.graph = graph;
    this.node = node;
    this.serdes = serdes;
    this.#mustMove = mustMove;
    this.#name = name;
  }

  /** The groups of an aggregation by window with the store `store`. */
  groupsFor(store: string): readonly AggregatedGroup[] {
    return [{ parent: this.partitionedFor(store), serdes: this.serdes, aggregator: undefined, part: undefined }];
  }

  /** False: each update is sent by itself, though the options say otherwise. */
  get isCacheable(): boolean {
    return true;
  }

  /**
   * The parent of the operator with the store `store`. Each of its records is in the partition of its key. If the group
   * has a name, all its operators share the repartition topic of that name. Otherwise each operator has a repartition
   * topic with the name of its store, as in Java.
   */
  partitionedFor(store: string): GraphNode {
    if (!this.#mustMove) return this.node;
    if (this.#name === undefined) return addRepartition(this.graph, this.node, store, this.serdes);
    this.#shared ??= addRepartition(this.graph, this.node, this.#name, this.serdes);
    return this.#shared;
  }
}
