import type { FunctionSpec } from '../case-file.js';
import { number, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

/** A function of the key and the two sides. */
export type Joiner = (key: unknown, left: unknown, right: unknown) => unknown;

export function joiner(spec: FunctionSpec | undefined): Joiner {
  return named('joiner', JOINERS, spec);
}

const JOINERS: Vocabulary<Joiner> = {
  pair: () => (_key, left, right) => `(${text(left)},${text(right)})`,
  keyPair: () => (key, left, right) => `${text(key)}:(${text(left)},${text(right)})`,
  sum: () => (_key, left, right) => number(left) + number(right),
  left: () => (_key, left) => left,
  right: () => (_key, _left, right) => right,
  coalesce: () => (_key, left, right) => left ?? right,
  obj: () => (_key, left, right) => ({ l: left, r: right }),
};
