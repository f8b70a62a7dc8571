import { isDeepStrictEqual } from 'node:util';
import type { FunctionSpec } from '../case-file.js';
import { isWindowed, member, number, string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

/** A function of key and value. */
export type ValueFunction = (key: unknown, value: unknown) => unknown;

export function valueFunction(spec: FunctionSpec | undefined): ValueFunction {
  return named('value function', VALUE_FUNCTIONS, spec);
}

/** Null in, null out. */
function lifted(fn: (value: unknown, key: unknown) => unknown): ValueFunction {
  return (key, value) => (value === null || value === undefined ? null : fn(value, key));
}

function before(whole: string, separator: string): string {
  const at = whole.indexOf(separator);
  return at < 0 ? whole : whole.slice(0, at);
}

function after(whole: string, separator: string): string | null {
  const at = whole.indexOf(separator);
  return at < 0 ? null : whole.slice(at + separator.length);
}

const VALUE_FUNCTIONS: Vocabulary<ValueFunction> = {
  identity: () => (_key, value) => value,
  text: () => (_key, value) => text(value),
  orElse: constant => (_key, value) => value ?? constant,
  const: constant => () => constant,
  key: () => key => key,
  keyText: () => key => text(key),
  keyAppend: suffix => key => text(key) + string(suffix),
  keyPart: separator => key => (key === null ? null : before(text(key), string(separator))),
  keyValue: () => (key, value) => `${text(key)}:${text(value)}`,
  windowKey: () => key => {
    if (!isWindowed(key)) throw new TypeError(`${text(key)} is not a windowed key`);
    return key.key;
  },
  failOn: constant => (_key, value) => {
    if (isDeepStrictEqual(value, constant)) throw new Error(`fails on ${text(constant)}`);
    return value;
  },

  upper: () => lifted(value => string(value).toUpperCase()),
  length: () => lifted(value => string(value).length),
  append: suffix => lifted(value => text(value) + string(suffix)),
  prefix: prefix => lifted(value => string(prefix) + text(value)),
  appendKey: () => lifted((value, key) => `${text(value)}@${text(key)}`),
  firstChar: () => lifted(value => string(value)[0] ?? null),
  part: separator => lifted(value => before(text(value), string(separator))),
  afterPart: separator => lifted(value => after(text(value), string(separator))),
  parseLong: () => lifted(value => (/^-?\d{1,15}$/.test(string(value)) ? Number(value) : null)),
  add: n => lifted(value => number(value) + number(n)),
  mul: n => lifted(value => number(value) * number(n)),
  mod: n => lifted(value => number(value) % number(n)),
  modText: n => lifted(value => `m${number(value) % number(n)}`),
  half: () => lifted(value => number(value) / 2),
  floor: () => lifted(value => Math.floor(number(value))),
  field: name => lifted(value => member(value, string(name))),
  nullIf: constant => lifted(value => (isDeepStrictEqual(value, constant) ? null : value)),
  nullIfOdd: () => lifted(value => (number(value) % 2 === 0 ? value : null)),
  wrap: name => lifted(value => ({ [string(name)]: value })),
  withField: (name, constant) => lifted(value => ({ ...(value as object), [string(name)]: constant })),
};
