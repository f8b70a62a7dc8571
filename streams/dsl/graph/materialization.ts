import type { StoreSpec } from '../processor/store-spec.js';
import { lastingName, TopologyError } from './graph.js';
import type { GraphNode, ProcessNode, TableNode, TableTransformValuesNode } from './node.js';
import { joinedWithNullKeys } from './null-keys.js';

/** What the tables of a topology keep and send, and what its repartitions keep. */
export interface Materialization {
  /** The nodes. A table has its store if a node needs its rows. A repartition keeps null keys if a join needs them. */
  readonly nodes: readonly GraphNode[];
  /** The nodes that send old values with their updates. */
  readonly sendersOfOldValues: ReadonlySet<GraphNode>;
  /** The nodes whose rows a join looks up, or a processor reads. */
  readonly lookedUp: ReadonlySet<GraphNode>;
}

/**
 * Decides which tables keep their rows, and which nodes send old values. As in Java the order of declaration counts:
 * what a node gets from its parents is decided when it is declared (`KTableImpl.enableSendingOldValues`,
 * `KTableSource.materialize`).
 */
export function materialize(
  nodes: readonly GraphNode[],
  declared: readonly StoreSpec[],
  globalStores: ReadonlySet<string> = new Set(),
): Materialization {
  const needs = new Needs();
  for (const node of nodes) needs.declare(node);
  // Processors may name global stores, which are in no task.
  const stores = new Map<string, readonly StoreSpec[]>([...globalStores].map(name => [name, []]));
  for (const store of declared) stores.set(store.name, withHistory(store));
  for (const node of nodes) {
    for (const store of storesOf(node, needs).stores ?? node.stores) stores.set(store.name, withHistory(store));
  }
  const joined = joinedWithNullKeys(nodes);
  const built = new Map<GraphNode, GraphNode>();
  for (const node of nodes) {
    const parents = node.parents.map(parent => built.get(parent) ?? parent);
    const changed = changesOf(node, needs, stores, joined);
    const isSame = parents.every((parent, index) => parent === node.parents[index]) && changed === undefined;
    built.set(node, isSame ? node : Object.freeze({ ...node, parents, ...changed } as GraphNode));
  }
  return {
    nodes: [...built.values()],
    sendersOfOldValues: new Set([...needs.sendersOfOldValues].map(node => built.get(node) ?? node)),
    lookedUp: new Set([...needs.lookedUp, ...readByProcessors(nodes)].map(node => built.get(node) ?? node)),
  };
}

/** undefined: the node stays as it was declared. */
function changesOf(
  node: GraphNode,
  needs: Needs,
  stores: ReadonlyMap<string, readonly StoreSpec[]>,
  joined: ReadonlySet<GraphNode>,
): object | undefined {
  if (node.kind === 'repartition' && node.keepsNullKeys === 'ifJoined') return { keepsNullKeys: joined.has(node) };
  const changed = 'storeNames' in node ? usedBy(node, stores) : storesOf(node, needs);
  return changed.stores === undefined ? undefined : changed;
}

function storesOf(node: GraphNode, needs: Needs): Partial<TableNode> {
  return node.kind === 'table' && needs.isStoredNow(node) ? { isStored: true, stores: withHistory(node.store) } : {};
}

function withHistory(store: StoreSpec): readonly StoreSpec[] {
  return Object.freeze(store.history === undefined ? [store] : [store, store.history]);
}

/** The nodes whose stores processors name. */
function readByProcessors(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const names = new Set(nodes.flatMap(node => ('storeNames' in node ? node.storeNames : [])));
  return nodes.filter(({ stores }) => stores.some(({ name }) => names.has(name)));
}

/** The stores that a processor names. */
function usedBy(
  { name, storeNames, stores: own }: ProcessNode | TableTransformValuesNode,
  stores: ReadonlyMap<string, readonly StoreSpec[]>,
): { readonly stores?: readonly StoreSpec[] } {
  if (storeNames.length === 0) return {};
  const used = storeNames.flatMap(store => {
    const found = stores.get(store);
    if (found !== undefined) return found;
    throw new TopologyError(
      `${name} uses the store ${store}, which is not declared: give its StoreBuilder to addStateStore, or name a table so`,
    );
  });
  return { stores: Object.freeze([...new Set([...own, ...used])]) };
}

class Needs {
  readonly sendersOfOldValues = new Set<GraphNode>();
  readonly lookedUp = new Set<GraphNode>();
  /** Tables that are stored because a node needs their rows. */
  readonly #stored = new Set<GraphNode>();

  isStoredNow(node: GraphNode): boolean {
    return this.#stored.has(node);
  }

  declare(node: GraphNode): void {
    const [left, right] = node.parents;
    switch (node.kind) {
      case 'tableGroup':
        this.#sendOldValues(left, true);
        return;
      case 'tableFilter':
        // With old values it need not send tombstones for rows that it has never sent.
        if (this.#sendOldValues(left, false)) this.sendersOfOldValues.add(node);
        return;
      case 'suppress':
        // It keeps the row before those that it holds back. A filter before it sends no tombstones for absent rows then.
        this.#sendOldValues(left, this.#mayStore(left));
        return;
      case 'tableJoin':
        if (node.joinType !== 'inner') this.#sendOldValues(left, true);
        if (node.joinType === 'outer') this.#sendOldValues(right, true);
        this.#lookUp(left);
        this.#lookUp(right);
        return;
      case 'streamTableJoin':
      case 'foreignKeyLookup':
      case 'foreignKeyResolve':
        this.#lookUp(right);
        return;
      case 'foreignKeyRegister':
        this.#sendOldValues(left, true);
        return;
    }
  }

  /** False if the node has no old values to send. With `force` a table keeps its rows to have them. */
  #sendOldValues(node: GraphNode | undefined, force: boolean): boolean {
    if (node === undefined) return false;
    if (this.sendersOfOldValues.has(node)) return true;
    if (node.kind === 'table') {
      if (!force && !node.isStored && !this.#stored.has(node)) return false;
      this.#store(node);
    } else if (node.kind === 'tableJoin' || node.kind === 'tableMerge') {
      for (const parent of node.parents) this.#sendOldValues(parent, true);
    } else if (isPassing(node) && !this.#sendOldValues(node.parents[0], force)) return false;
    this.sendersOfOldValues.add(node);
    return true;
  }

  /** False if the rows of the node are those of a table that can't be stored, because its name does not last. */
  #mayStore(node: GraphNode | undefined): boolean {
    if (node === undefined) return false;
    if (node.kind === 'table') return node.isStored || node.hasLastingName;
    if (node.kind === 'tableJoin' || node.kind === 'tableMerge' || isPassing(node)) {
      return node.parents.every(parent => this.#mayStore(parent));
    }
    return true;
  }

  /** A node looks up rows of this one. */
  #lookUp(node: GraphNode | undefined): void {
    if (node === undefined) return;
    this.lookedUp.add(node);
    if (node.kind === 'table') this.#store(node);
    else if (node.kind === 'tableJoin' && node.store === undefined) {
      for (const parent of node.parents) this.#lookUp(parent);
    } else if (isPassing(node)) this.#lookUp(node.parents[0]);
    // While it holds back an update, its row is the one before that.
    if (node.kind === 'suppress') this.#sendOldValues(node, true);
  }

  #store(node: TableNode): void {
    if (node.isStored) return;
    const name = node.hasLastingName ? node.name : undefined;
    lastingName(name, `a node after ${node.name} needs its rows`);
    this.#stored.add(node);
  }
}

/** True if the rows of the node are those of its parent. */
function isPassing(node: GraphNode): boolean {
  if (node.kind === 'suppress') return true;
  if (node.kind === 'tableTransformValues') return node.store === undefined;
  return (node.kind === 'tableFilter' || node.kind === 'tableMapValues') && node.stores.length === 0;
}
