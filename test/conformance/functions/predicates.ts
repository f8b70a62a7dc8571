import { isDeepStrictEqual } from 'node:util';
import type { FunctionSpec } from '../case-file.js';
import { member, number, string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

export type Predicate = (key: unknown, value: unknown) => boolean;

export function predicate(spec: FunctionSpec | undefined): Predicate {
  return named('predicate', PREDICATES, spec);
}

function ofValue(test: (value: unknown) => boolean): Predicate {
  return (_key, value) => value !== null && value !== undefined && test(value);
}

const PREDICATES: Vocabulary<Predicate> = {
  always: () => () => true,
  never: () => () => false,
  valueIsNull: () => (_key, value) => value === null,
  valueNotNull: () => (_key, value) => value !== null,
  keyIsNull: () => key => key === null,
  keyIsVowel: () => key => key !== null && /^[aeiou]/.test(text(key)),
  keyEq: constant => key => isDeepStrictEqual(key, constant),
  valueEq: constant => (_key, value) => isDeepStrictEqual(value, constant),
  valueGt: n => ofValue(value => number(value) > number(n)),
  valueEven: () => ofValue(value => number(value) % 2 === 0),
  valueLongerThan: n => ofValue(value => string(value).length > number(n)),
  valueContains: part => ofValue(value => string(value).includes(string(part))),
  fieldGt: (name, n) => (_key, value) => {
    const field = member(value, string(name));
    return Number.isInteger(field) && number(field) > number(n);
  },
  fieldEq: (name, constant) => (_key, value) => isDeepStrictEqual(member(value, string(name)), constant),
};
