import type { StoreSpec } from '../processor/store-spec.js';
import { TopologyError } from './graph.js';
import type { GraphNode, RepartitionNode, SourceNode } from './node.js';

/** Nodes that run together: a task is a sub-topology and a partition. */
export interface SubTopology {
  readonly id: number;
  /** In the order of declaration. */
  readonly nodes: readonly GraphNode[];
  readonly sources: readonly SourceNode[];
  /** Repartition topics that this sub-topology reads. */
  readonly reads: readonly RepartitionNode[];
  readonly stores: readonly StoreSpec[];
}

/** Where records enter from topics. */
export type Input = SourceNode | RepartitionNode;

/** Inputs that must have the same number of partitions, because a key must be in the same partition in all of them. */
export type CopartitionGroup = readonly Input[];

/** The inputs whose records reach each node without another repartition in between. */
export function inputsOf(nodes: readonly GraphNode[]): ReadonlyMap<GraphNode, ReadonlySet<Input>> {
  const inputs = new Map<GraphNode, ReadonlySet<Input>>();
  // Parents come before their children.
  for (const node of nodes) {
    if (node.kind === 'source' || node.kind === 'repartition') inputs.set(node, new Set([node]));
    else inputs.set(node, new Set(node.parents.flatMap(parent => [...(inputs.get(parent) ?? [])])));
  }
  return inputs;
}

/**
 * The inputs that meet in each store, or in a join. Groups with a common input are one group (Java:
 * `CopartitionedTopicsEnforcer`). If a key were in different partitions of these inputs, its rows would be in different
 * tasks.
 */
export function copartitionGroups(nodes: readonly GraphNode[]): readonly CopartitionGroup[] {
  const inputs = inputsOf(nodes);
  const sets = new Sets<Input>();
  const firsts = new Map<StoreSpec, Input>();
  for (const node of nodes) {
    for (const store of node.stores) {
      for (const input of inputs.get(node) ?? []) {
        const first = firsts.get(store) ?? input;
        firsts.set(store, first);
        sets.unite(first, input);
      }
    }
    if (!joins(node)) continue;
    const [first, ...others] = inputs.get(node) ?? [];
    if (first !== undefined) for (const input of others) sets.unite(first, input);
  }
  return Object.freeze(sets.all().map(group => Object.freeze(group)));
}

/** True if the node looks for the records of one parent among those of another. */
function joins({ kind }: GraphNode): boolean {
  return JOINS.has(kind);
}

const JOINS: ReadonlySet<GraphNode['kind']> = new Set([
  'tableJoin',
  'streamTableJoin',
  'streamJoin',
  'foreignKeyLookup',
  'foreignKeyResolve',
] as const);

/** True if the number of partitions is known before the topology is planned. */
export function isFixed(input: Input): boolean {
  return input.kind === 'source' || input.partitions !== undefined;
}

/**
 * The connected components. A repartition connects the nodes before it with those after it: a record that is already in
 * the right partition stays in its task. It separates them if its number of partitions is not that of the tasks before
 * it: it has a number of its own, or takes that of other inputs that it meets. Nodes with a common store are connected.
 * Throws a TopologyError if two stores have the same name.
 */
export function subTopologiesOf(
  nodes: readonly GraphNode[],
  groups: readonly CopartitionGroup[],
): readonly SubTopology[] {
  const sets = new Sets<GraphNode>();
  const owners = new Map<StoreSpec, GraphNode>();
  for (const node of nodes) {
    sets.add(node);
    const connects = node.kind !== 'repartition' || !separates(node, groups);
    if (connects) for (const parent of node.parents) sets.unite(node, parent);
    for (const store of node.stores) {
      sets.unite(node, owners.get(store) ?? node);
      owners.set(store, node);
    }
  }
  checkNames([...owners.keys()]);
  return Object.freeze(sets.all().map((group, id) => subTopology(group, id)));
}

function separates(node: RepartitionNode, groups: readonly CopartitionGroup[]): boolean {
  return groups.find(group => group.includes(node))?.some(isFixed) ?? isFixed(node);
}

function subTopology(nodes: readonly GraphNode[], id: number): SubTopology {
  return Object.freeze({
    id,
    nodes: Object.freeze(nodes),
    sources: Object.freeze(nodes.filter((node): node is SourceNode => node.kind === 'source')),
    reads: Object.freeze(nodes.filter((node): node is RepartitionNode => node.kind === 'repartition')),
    stores: Object.freeze([...new Set(nodes.flatMap(({ stores }) => stores))]),
  });
}

function checkNames(stores: readonly StoreSpec[]): void {
  const names = new Set<string>();
  for (const { name } of stores) {
    if (names.has(name)) throw new TopologyError(`store ${name}: two nodes declare it, each in its own way`);
    names.add(name);
  }
}

/** Disjoint sets, in the order in which their first elements were added. */
class Sets<T> {
  readonly #parents = new Map<T, T>();

  add(element: T): void {
    if (!this.#parents.has(element)) this.#parents.set(element, element);
  }

  unite(a: T, b: T): void {
    this.add(a);
    this.add(b);
    this.#parents.set(this.#rootOf(a), this.#rootOf(b));
  }

  all(): T[][] {
    const sets = new Map<T, T[]>();
    for (const element of this.#parents.keys()) {
      const root = this.#rootOf(element);
      const set = sets.get(root) ?? [];
      sets.set(root, set);
      set.push(element);
    }
    return [...sets.values()];
  }

  #rootOf(element: T): T {
    let root = element;
    for (let up = this.#parents.get(root); up !== undefined && up !== root; up = this.#parents.get(root)) root = up;
    return root;
  }
}
