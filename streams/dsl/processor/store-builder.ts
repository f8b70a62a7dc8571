import type { StateStore } from './state-stores.js';
import type { StoreSpec } from './store-spec.js';

export type { StateStore } from './state-stores.js';

/**
 * The declaration of a store (Java: `StoreBuilder`), made by `Stores`. Give it to `addStateStore` or to the `stores` of
 * processors. Processors that name one store share it, and their input is co-partitioned.
 */
export class StoreBuilder<S extends StateStore> {
  /** @internal */
  readonly spec: StoreSpec;
  /** Only its type counts: what `getStateStore` returns. */
  declare readonly '~store': S;

  /** @internal */
  constructor(spec: StoreSpec) {
    this.spec = Object.freeze(spec);
    Object.freeze(this);
  }

  get name(): string {
    return this.spec.name;
  }
}
