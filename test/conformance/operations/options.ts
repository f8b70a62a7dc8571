import type { ProcessorOptions, Serde } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { serdeOf } from '../case-serde.js';

export function idOf({ id, op }: Operation): string {
  if (id === undefined) throw new Error(`an operation ${op} has no id`);
  return id;
}

/** The store of the case, or one that is made up: the DSL wants a name for each. */
export function storeOf(operation: Operation): string {
  return operation.store ?? `${idOf(operation)}-store`;
}

/** The store of the case, if it has one. */
export function namedStoreOf(operation: Operation): { readonly as?: string; readonly historyRetention?: number } {
  const { store, versioned } = operation;
  if (store === undefined && versioned === undefined) return {};
  return { as: storeOf(operation), ...historyOf(operation) };
}

/** The serdes that the case names, where it need not name any. */
export function givenSerdesOf(operation: Operation): Partial<ReturnType<typeof serdesOf>> {
  return operation.keySerde === undefined && operation.valueSerde === undefined ? {} : serdesOf(operation);
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

export function processorOptionsOf({ name, stores }: Operation): ProcessorOptions {
  return { ...(name !== undefined && { name }), ...(stores !== undefined && { stores }) };
}

/** The history of a versioned table. */
export function historyOf({ versioned }: Operation): { readonly historyRetention?: number } {
  return versioned === undefined ? {} : { historyRetention: versioned };
}
