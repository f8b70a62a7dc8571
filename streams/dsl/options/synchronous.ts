import { isBuiltIn, type Serde } from '../serde/serdes.js';

/**
 * The result type of an operator whose function returns a promise. It has no methods, so the chain does not compile.
 * All other functions match the method's own signature, so their types are inferred as if this overload did not exist.
 */
export interface FunctionsMustBeSynchronous {
  readonly functionsMustBeSynchronous: never;
}

/**
 * The arguments after a function that returns the promise `P`. No arguments match if `P` is any or never, which are no
 * promises.
 */
export type IfPromise<P, Rest extends readonly unknown[]> = [P] extends [never]
  ? readonly [never]
  : 0 extends 1 & P
    ? readonly [never]
    : Rest;

/** The result of an action. If it is a promise: the type that has no methods. */
export type Synchronous<R> = R extends PromiseLike<unknown> ? FunctionsMustBeSynchronous : R;

/**
 * A function of the topology returned a promise. Nothing waits for it, so its result would be missing: an error in the
 * program.
 */
export class PromiseError extends Error {
  constructor(what: string) {
    super(`${what} gave a promise: functions of a topology must be synchronous, nothing waits for a promise`);
    this.name = 'PromiseError';
  }
}

/**
 * The result of a function of the topology. Throws a PromiseError that names `what` if the result is a promise, or any
 * object with a method `then`. Called for each record, so everything but the test is out of line.
 */
export function synchronous<T>(result: T, what: string): T {
  // One property load: `in` costs five times as much on objects of many shapes.
  if (typeof result === 'object' && typeof (result as Partial<PromiseLike<unknown>> | null)?.then === 'function') {
    refuse(result, what);
  }
  return result;
}

/** The same for an iterable result: an async generator returns no promise, but its elements are promises. */
export function synchronousElements<T>(elements: Iterable<T>, what: string): Iterable<T> {
  if (typeof elements === 'object' && elements !== null && Symbol.asyncIterator in elements)
    throw new PromiseError(what);
  return synchronous(elements, what);
}

/** The serde. Its two sides throw a PromiseError if they return a promise. Those of the library never do. */
export function synchronousSerde<T>(serde: Serde<T>): Serde<T> {
  if (isBuiltIn(serde)) return serde;
  return Object.freeze({
    serialize: (value: T): Buffer => synchronous(serde.serialize(value), 'serialize of the serde'),
    deserialize: (bytes: Buffer): T => synchronous(serde.deserialize(bytes), 'deserialize of the serde'),
    takesView: serde.takesView === true,
    ...(serde.stateKey && { stateKey: serde.stateKey.bind(serde) }),
    ...(serde.fromText && { fromText: serde.fromText.bind(serde) }),
  });
}

function refuse(promise: unknown, what: string): never {
  // The promise may reject later. That would end the process before it can report why it stops.
  Promise.resolve(promise).catch(() => {});
  throw new PromiseError(what);
}
