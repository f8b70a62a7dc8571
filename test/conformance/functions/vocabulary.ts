import type { FunctionSpec, Json } from '../case-file.js';

/** Functions by name; each takes the arguments of the case. */
export type Vocabulary<F> = Readonly<Record<string, (...args: readonly Json[]) => F>>;

/** Looks a function up. Throws an Error that says which one if the vocabulary of `what` does not have it. */
export function named<F>(what: string, vocabulary: Vocabulary<F>, spec: FunctionSpec | undefined): F {
  if (spec === undefined) throw new Error(`the case names no ${what}`);
  const [name, ...args] = typeof spec === 'string' ? [spec] : spec;
  const make = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined;
  if (make === undefined) throw new Error(`${what} ${name} is not in the vocabulary`);
  return make(...args);
}
