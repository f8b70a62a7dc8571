import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import { StreamsError } from '../../errors.js';
import type { Access } from './access.js';
import type { TaskStores } from './task-stores.js';

/** A node whose functions use stores. */
interface UsingNode {
  readonly name: string;
  readonly storeNames: readonly string[];
  readonly stores: readonly StoreSpec[];
}

/** The stores that a node of the Processor API names. */
export class StoresOfNode {
  readonly #node: UsingNode;
  readonly #specs: readonly StoreSpec[];
  readonly #stores: TaskStores;
  readonly #access: Access;

  constructor(node: UsingNode, stores: TaskStores, access: Access) {
    this.#node = node;
    this.#specs = node.stores.filter(({ name }) => node.storeNames.includes(name));
    this.#stores = stores;
    this.#access = access;
    stores.open(this.#specs);
  }

  /** Must be awaited before a store is used. */
  async init(): Promise<void> {
    await this.#stores.init(this.#specs);
  }

  /** Throws a StreamsError that says why the node can't use the store. */
  get(name: string): StateStore {
    const user = this.#node.name;
    const spec = this.#specs.find(store => store.name === name);
    if (spec === undefined) {
      const global = this.#stores.globalStore(name, this.#access);
      if (global !== undefined) return global;
      throw new StreamsError(`${user} uses the store ${name}: name it in its option stores`);
    }
    const store = this.#stores.storeOf(spec, this.#access);
    if (store !== undefined) return store;
    throw new StreamsError(`${user} uses the store ${name}: it is of an operator, and no table by key`);
  }
}
