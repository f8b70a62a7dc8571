import type { Graph } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import { addRepartition, type SerdePair } from './repartition.js';

/** @internal The records of a grouped stream, before the operators that they go to. */
export class GroupedSource<K, V> {
  readonly graph: Graph;
  /** What they come from: null keys are still among them, and they may not be in the partition of their key yet. */
  readonly node: GraphNode;
  readonly serdes: SerdePair<K, V>;
  readonly #mustMove: boolean;
  readonly #name: string | undefined;
  #shared: GraphNode | undefined;

  /** `name` is what the caller named the group. */
  constructor(graph: Graph, node: GraphNode, serdes: SerdePair<K, V>, mustMove: boolean, name: string | undefined) {
    this.graph = graph;
    this.node = node;
    this.serdes = serdes;
    this.#mustMove = mustMove;
    this.#name = name;
  }

  /**
   * Where the operator that keeps `store` gets them, each in the partition of its key. If the group has a name, all its
   * operators share the repartition topic of that name; otherwise each has one of its own, named after its store (as in Java).
   */
  partitionedFor(store: string): GraphNode {
    if (!this.#mustMove) return this.node;
    if (this.#name === undefined) return addRepartition(this.graph, this.node, store, this.serdes, undefined);
    this.#shared ??= addRepartition(this.graph, this.node, this.#name, this.serdes, undefined);
    return this.#shared;
  }
}
