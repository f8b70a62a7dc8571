import { type Graph, TopologyError } from '../graph/graph.js';
import type { BranchPredicate, GraphNode } from '../graph/node.js';
import type { KStream } from './k-stream.js';

/**
 * Declares the branches of a stream (Java: `BranchedKStream`, KIP-418). Each record goes to the first branch whose
 * predicate returns true. `defaultBranch` and `noDefaultBranch` end the declaration: they return the streams by the
 * names of their branches.
 */
export class BranchedKStream<K, V, Names extends string = never> {
  readonly #graph: Graph;
  readonly #parent: GraphNode;
  readonly #name: string | undefined;
  readonly #stream: (node: GraphNode) => KStream<K, V>;
  readonly #branches: readonly BranchPredicate[];

  /** @internal */
  constructor(
    graph: Graph,
    parent: GraphNode,
    name: string | undefined,
    stream: (node: GraphNode) => KStream<K, V>,
    branches: readonly BranchPredicate[] = [],
  ) {
    this.#graph = graph;
    this.#parent = parent;
    this.#name = name;
    this.#stream = stream;
    this.#branches = branches;
  }

  /**
   * Adds a branch. Its predicate is called for the records that no earlier branch took, null keys and null values
   * included. Throws a TopologyError if another branch has the name.
   *
   * ```ts
   * const branches = orders.split().branch('large', (_id, order) => order.amount > 100).noDefaultBranch();
   * branches.large.to('large-orders');
   * ```
   */
  branch<N extends string>(name: N, predicate: (key: K, value: V) => boolean): BranchedKStream<K, V, Names | N> {
    if (this.#branches.some(branch => branch.name === name)) throw new TopologyError(`there are two branches ${name}`);
    const branches = [...this.#branches, { name, predicate }];
    return new BranchedKStream<K, V, Names | N>(this.#graph, this.#parent, this.#name, this.#stream, branches);
  }

  /**
   * Adds a branch for the records that no other branch took. Throws a TopologyError if another branch has the name.
   *
   * ```ts
   * const { large, small } = orders
   *   .split()
   *   .branch('large', (_id, order) => order.amount > 100)
   *   .defaultBranch('small');
   * large.to('large-orders');
   * small.to('small-orders');
   * ```
   */
  defaultBranch<N extends string>(name: N): Readonly<Record<Names | N, KStream<K, V>>> {
    return this.branch(name, () => true).noDefaultBranch();
  }

  /**
   * Drops the records that no branch took. They are not counted as dropped.
   *
   * ```ts
   * const { large } = orders.split().branch('large', (_id, order) => order.amount > 100).noDefaultBranch();
   * large.to('large-orders');
   * ```
   */
  noDefaultBranch(): Readonly<Record<Names, KStream<K, V>>> {
    const parents = [this.#parent];
    const split = this.#graph.add('KSTREAM-BRANCH', this.#name, { kind: 'split', parents, branches: this.#branches });
    const streams = this.#branches.map(({ name }, index) => {
      const node = this.#graph.add('KSTREAM-BRANCH', undefined, { kind: 'branch', parents: [split], index });
      return [name, this.#stream(node)] as const;
    });
    return Object.freeze(Object.fromEntries(streams)) as Readonly<Record<Names, KStream<K, V>>>;
  }
}
