import type { Serde } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { serdeOf } from '../case-serde.js';
import { NotBuilt } from '../not-built.js';

export function idOf({ id, op }: Operation): string {
  if (id === undefined) throw new Error(`an operation ${op} has no id`);
  return id;
}

/** The store of the case, or one that is made up: the DSL wants a name for each. */
export function storeOf(operation: Operation): string {
  return operation.store ?? `${idOf(operation)}-store`;
}

/** The store of the case, if it has one. */
export function namedStoreOf({ store }: Operation): { readonly as?: string } {
  return store === undefined ? {} : { as: store };
}

export function serdesOf({ keySerde, valueSerde }: Operation): {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
} {
  return { keySerde: serdeOf(keySerde), valueSerde: serdeOf(valueSerde) };
}

export function nameOf({ name }: Operation): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

export function refuseVersioned(operation: Operation): void {
  if (operation.versioned !== undefined) throw new NotBuilt('versioned tables are not built yet');
}
