import type { TaskState } from '../../../../stores/bytes/task-state.js';
import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Access } from './access.js';
import { KeyValueFacade } from './key-value-facade.js';

/** Gives a processor a store that the task has opened. */
type Opened = (access: Access) => StateStore;

/** The stores of a task for its processors. Each is opened once, because some keep things in memory. */
export class TaskStores {
  readonly #state: TaskState;
  readonly #opened = new Map<string, Opened>();

  constructor(state: TaskState) {
    this.#state = state;
  }

  /** Opens the stores. Those of operators that processors can't use are left out. */
  async open(specs: readonly StoreSpec[]): Promise<void> {
    for (const spec of specs) {
      if (this.#opened.has(spec.name)) continue;
      const opened = await this.#open(spec);
      if (opened !== undefined) this.#opened.set(spec.name, opened);
    }
  }

  /** The store for the processor of `access`. undefined if it is not open. */
  storeOf(name: string, access: Access): StateStore | undefined {
    return this.#opened.get(name)?.(access);
  }

  async #open({ name, kind, keySerde, valueSerde }: StoreSpec): Promise<Opened | undefined> {
    const bytes = this.#state.store(name);
    switch (kind.kind) {
      case 'keyValue': {
        const rows = kind.openRows(bytes, keySerde, valueSerde);
        return access => new KeyValueFacade(name, rows, access);
      }
      case 'plainKeyValue':
      case 'keyValueWithHeaders': {
        const rows = kind.open(bytes, keySerde, valueSerde);
        return access => new KeyValueFacade(name, rows, access);
      }
      case 'lru': {
        const rows = kind.open(bytes, keySerde, valueSerde);
        await rows.init();
        return access => new KeyValueFacade(name, rows, access);
      }
      default:
        return undefined;
    }
  }
}
