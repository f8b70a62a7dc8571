import type { KeyValueStore, ValueTransformerSupplier } from '../../../streams/index.js';
import type { FunctionSpec } from '../case-file.js';
import { number, string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

export type CaseTransformer = ValueTransformerSupplier<unknown, unknown, unknown>;

export function valueTransformer(spec: FunctionSpec | undefined): CaseTransformer {
  return named('value transformer', TRANSFORMERS, spec);
}

const TRANSFORMERS: Vocabulary<CaseTransformer> = {
  keyValue: () => () => (value, key) => `${text(key)}:${text(value)}`,
  nullSafe: () => () => (value, key) => (value === null ? null : `${text(key)}:${text(value)}`),
  times: () => context => value => (value === null ? null : `${text(value)}|ts=${context.timestamp()}`),
  calls: store => context => {
    const calls = context.getStateStore<KeyValueStore<unknown, unknown>>(string(store));
    return (value, key) => {
      const count = number(calls.get(key)) + 1;
      calls.put(key, count);
      return value === null ? null : `${text(value)}#${count}`;
    };
  },
};
