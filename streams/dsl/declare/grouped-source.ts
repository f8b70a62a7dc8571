import type { Graph } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import { addRepartition, type SerdePair } from './repartition.js';

/** @internal The records of a grouped stream, before its operators. */
export class GroupedSource<K, V> {
  readonly graph: Graph;
  /**
   * The parent of the group. Its records may still have null keys, and may not be in the partition of their key yet.
   */
  readonly node: GraphNode;
  readonly serdes: SerdePair<K, V>;
  readonly #mustMove: boolean;
  readonly #name: string | undefined;
  #shared: GraphNode | undefined;

  /** `name` is the caller's name of the group. */
  constructor(graph: Graph, node: GraphNode, serdes: SerdePair<K, V>, mustMove: boolean, name: string | undefined) {
    this.graph = graph;
    this.node = node;
    this.serdes = serdes;
    this.#mustMove = mustMove;
    this.#name = name;
  }

  /**
   * The parent of the operator that keeps `store`, with each record in the partition of its key. If the group has a
   * name, all its operators share the repartition topic of that name. Otherwise each has its own, named after its store
   * (as in Java).
   */
  partitionedFor(store: string): GraphNode {
    if (!this.#mustMove) return this.node;
    if (this.#name === undefined) return addRepartition(this.graph, this.node, store, this.serdes, undefined);
    this.#shared ??= addRepartition(this.graph, this.node, this.#name, this.serdes, undefined);
    return this.#shared;
  }
}
