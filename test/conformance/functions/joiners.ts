import type { FunctionSpec } from '../case-file.js';
import { number, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

/** A function of the key and the two sides. */
export type Joiner = (key: unknown, left: unknown, right: unknown) => unknown;

export function joiner(spec: FunctionSpec | undefined): Joiner {
  return named('joiner', JOINERS, spec);
}

/** A function of the key, the mapped key and the two sides. */
export type JoinerOfBothKeys = (key: unknown, mappedKey: unknown, left: unknown, right: unknown) => unknown;

export function joinerOfBothKeys(spec: FunctionSpec | undefined): JoinerOfBothKeys {
  if (spec === 'bothKeys') {
    return (key, mapped, left, right) => `${text(key)}/${text(mapped)}:(${text(left)},${text(right)})`;
  }
  const join = joiner(spec);
  return (key, _mapped, left, right) => join(key, left, right);
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
