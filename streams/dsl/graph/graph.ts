import type { StoreSpec } from '../processor/store-spec.js';
import type { GlobalStoreNode, GraphNode } from './node.js';

const NO_STORES = Object.freeze([] as const);

/** The declaration of a node. The list of stores is absent for a node that can't have any. */
type NodeFields<N> = N extends GraphNode
  ? readonly [] extends N['stores']
    ? Omit<N, 'id' | 'name' | 'stores'>
    : Omit<N, 'id' | 'name'>
  : never;

/** The nodes of one topology, in the order of declaration. */
export class Graph {
  readonly #nodes: GraphNode[] = [];
  readonly #stores = new Set<StoreSpec>();
  readonly #globalStores: GlobalStoreNode[] = [];
  readonly #names = new Set<string>();

  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  /** The stores that are declared for processors. */
  get stores(): readonly StoreSpec[] {
    return [...this.#stores];
  }

  /** Adds a store. No-op if it was added before. Throws a TopologyError if another store has the name. */
  addStore(store: StoreSpec): void {
    if (this.#stores.has(store)) return;
    this.reserve(store.name, 'store');
    if (store.history !== undefined) this.reserve(store.history.name, 'store');
    this.#stores.add(store);
  }

  get globalStores(): readonly GlobalStoreNode[] {
    return this.#globalStores;
  }

  /**
   * Adds a global store. `name` is that of the processor that fills it. Throws a TopologyError if another node has a
   * name of its two nodes.
   */
  addGlobalStore(
    name: string | undefined,
    fields: Pick<GlobalStoreNode, 'topic' | 'store' | 'filled'>,
  ): GlobalStoreNode {
    const position = this.#position;
    const source = name === undefined ? generated('KSTREAM-SOURCE', position) : `${name}-source`;
    const prefix = fields.filled === undefined ? 'KTABLE-SOURCE' : 'KSTREAM-PROCESSOR';
    const processor = name ?? generated(prefix, position + 1);
    this.reserve(source, 'node');
    this.reserve(processor, 'node');
    const node = Object.freeze({ ...fields, source, processor });
    this.#globalStores.push(node);
    return node;
  }

  /**
   * Adds a frozen node. Without a name it gets a generated name, as in Java: `prefix` and its position. Throws a
   * TopologyError if another node has the name, or if a parent is of another graph.
   */
  add<F extends NodeFields<GraphNode>>(prefix: string, name: string | undefined, fields: F): GraphNode & F {
    const id = this.#nodes.length;
    const foreign = fields.parents.find(parent => this.#nodes[parent.id] !== parent);
    if (foreign !== undefined) throw new TopologyError(`${foreign.name} is of another StreamsBuilder`);
    const unique = name ?? this.generatedName(prefix);
    this.reserve(unique, 'node');
    const node = Object.freeze({ stores: NO_STORES, ...fields, id, name: unique }) as unknown as GraphNode & F;
    this.#nodes.push(node);
    return node;
  }

  /** The name that the next node gets if it has none. */
  generatedName(prefix: string): string {
    return generated(prefix, this.#position);
  }

  /** The position of the next node. A global store has two nodes. */
  get #position(): number {
    return this.#nodes.length + 2 * this.#globalStores.length;
  }

  /**
   * Reserves a name. Throws a TopologyError if another `what` of the topology has it, or if it has characters that the
   * name of a topic must not have.
   */
  reserve(name: string, what: 'node' | 'store' | 'repartition topic'): void {
    if (name === '' || !/^[\w.-]+$/.test(name)) {
      throw new TopologyError(`${what} name ${JSON.stringify(name)}: letters, digits, '.', '_' and '-' only`);
    }
    const entry = `${what} ${name}`;
    if (this.#names.has(entry)) throw new TopologyError(`there are two of the ${what} name ${name}`);
    this.#names.add(entry);
  }
}

function generated(prefix: string, position: number): string {
  return `${prefix}-${String(position).padStart(10, '0')}`;
}

/**
 * The name of what outlives a process. Throws a TopologyError if there is none: a generated name has the position in the
 * topology, which changes when the topology does. `what` begins the message, and has the reason.
 */
export function lastingName(name: string | undefined, what: string): string {
  if (name === undefined) throw new TopologyError(`${what}, so it needs a name that lasts: give it one`);
  return name;
}

/** The topology can't be built as it is declared. The message states the reason (Java: `TopologyException`). */
export class TopologyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TopologyError';
  }
}
