import type { Serde } from '../serde/serdes.js';

/**
 * What an operator gives where its function gives a promise: nothing can follow. The method's own signature takes everything else, so that
 * its types are inferred as if there were no other one.
 */
export interface FunctionsMustBeSynchronous {
  readonly functionsMustBeSynchronous: never;
}

/** The arguments behind a function that gives `P`; they can't be met where `P` is any or never, which are no promises. */
export type IfPromise<P, Rest extends readonly unknown[]> = [P] extends [never]
  ? readonly [never]
  : 0 extends 1 & P
    ? readonly [never]
    : Rest;

/** The result of an action, unless that is a promise. */
export type Synchronous<R> = R extends PromiseLike<unknown> ? FunctionsMustBeSynchronous : R;

/** A function of the topology gave a promise. Nothing waits for it, so its result would be missing: an error of the program. */
export class PromiseError extends Error {
  constructor(what: string) {
    super(`${what} gave a promise: functions of a topology must be synchronous, nothing waits for a promise`);
    this.name = 'PromiseError';
  }
}

/**
 * What a function of the topology gave. Throws a PromiseError that names `what` if that is a promise, or any object with a method
 * `then`. Called for each record: everything but the test is out of line.
 */
export function synchronous<T>(result: T, what: string): T {
  // The load of one property: `in` costs five times as much on objects of many shapes.
  if (typeof result === 'object' && typeof (result as Partial<PromiseLike<unknown>> | null)?.then === 'function') {
    refuse(result, what);
  }
  return result;
}

/** The same for what must be iterable: an async generator gives no promise, but promises of its elements. */
export function synchronousElements<T>(elements: Iterable<T>, what: string): Iterable<T> {
  if (typeof elements === 'object' && elements !== null && Symbol.asyncIterator in elements)
    throw new PromiseError(what);
  return synchronous(elements, what);
}

/** The serde, whose sides throw a PromiseError where they give a promise. */
export function synchronousSerde<T>(serde: Serde<T>): Serde<T> {
  return Object.freeze({
    serialize: (value: T): Buffer => synchronous(serde.serialize(value), 'serialize of the serde'),
    deserialize: (bytes: Buffer): T => synchronous(serde.deserialize(bytes), 'deserialize of the serde'),
    ...(serde.stateKey && { stateKey: serde.stateKey.bind(serde) }),
    ...(serde.fromText && { fromText: serde.fromText.bind(serde) }),
  });
}

function refuse(promise: unknown, what: string): never {
  // It may be rejected later. That would end the process before it can say why it stops.
  Promise.resolve(promise).catch(() => {});
  throw new PromiseError(what);
}
