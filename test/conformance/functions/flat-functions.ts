import type { KeyValue } from '../../../streams/index.js';
import type { FunctionSpec } from '../case-file.js';
import { number, text, words } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

/** A function that gives any number of records. */
export type FlatFunction = (key: unknown, value: unknown) => readonly KeyValue<unknown, unknown>[];

export function flatFunction(spec: FunctionSpec | undefined): FlatFunction {
  return named('flat function', FLAT_FUNCTIONS, spec);
}

const FLAT_FUNCTIONS: Vocabulary<FlatFunction> = {
  splitWords: () => (key, value) => (value === null ? [] : words(value).map(word => ({ key, value: word }))),
  wordLengths: () => (_key, value) =>
    value === null ? [] : words(value).map(word => ({ key: word, value: word.length })),
  repeat: times => (key, value) => Array.from({ length: number(times) }, () => ({ key, value })),
  twice: () => (key, value) => [
    { key, value },
    { key: `${text(key)}2`, value },
  ],
  none: () => () => [],
};
