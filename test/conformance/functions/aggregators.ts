import type { FunctionSpec } from '../case-file.js';
import { member, number, string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

export type Aggregator = (key: unknown, value: unknown, aggregate: unknown) => unknown;
export type Reducer = (aggregate: unknown, value: unknown) => unknown;

export function aggregator(spec: FunctionSpec | undefined): Aggregator {
  return named('aggregator', AGGREGATORS, spec);
}

export function reducer(spec: FunctionSpec | undefined): Reducer {
  return named('reducer', REDUCERS, spec);
}

function length(value: unknown): number {
  return value === null ? 0 : string(value).length;
}

function integerMember(value: unknown, name: unknown): number {
  const field = member(value, string(name));
  return Number.isInteger(field) ? number(field) : 0;
}

function sumOrNull(limit: unknown): Reducer {
  return (a, b) => {
    const sum = number(a) + number(b);
    return sum === limit ? null : sum;
  };
}

const REDUCERS: Vocabulary<Reducer> = {
  sum: () => (a, b) => number(a) + number(b),
  minus: () => (a, b) => number(a) - number(b),
  max: () => (a, b) => Math.max(number(a), number(b)),
  min: () => (a, b) => Math.min(number(a), number(b)),
  first: () => a => a,
  last: () => (_a, b) => b,
  concat: () => (a, b) => `${text(a)}+${text(b)}`,
  concatMinus: () => (a, b) => `${text(a)}-${text(b)}`,
  sumOrNull,
};

const AGGREGATORS: Vocabulary<Aggregator> = {
  count: () => (_key, _value, aggregate) => number(aggregate) + 1,
  uncount: () => (_key, _value, aggregate) => number(aggregate) - 1,
  sum: () => (_key, value, aggregate) => number(aggregate) + number(value),
  minus: () => (_key, value, aggregate) => number(aggregate) - number(value),
  max: () => (_key, value, aggregate) => Math.max(number(aggregate), number(value)),
  min: () => (_key, value, aggregate) => Math.min(number(aggregate), number(value)),
  sumDouble: () => (_key, value, aggregate) => number(aggregate) + number(value),
  sumLength: () => (_key, value, aggregate) => number(aggregate) + length(value),
  minusLength: () => (_key, value, aggregate) => number(aggregate) - length(value),
  concat: () => (_key, value, aggregate) => `${text(aggregate)}+${text(value)}`,
  concatMinus: () => (_key, value, aggregate) => `${text(aggregate)}-${text(value)}`,
  concatKey: () => (key, value, aggregate) => `${text(aggregate)}+${text(key)}.${text(value)}`,
  appendList: () => (_key, value, aggregate) => [...(aggregate as readonly unknown[]), value],
  sumField: name => (_key, value, aggregate) => number(aggregate) + integerMember(value, name),
  minusField: name => (_key, value, aggregate) => number(aggregate) - integerMember(value, name),
  sumOrNull: limit => (_key, value, aggregate) => sumOrNull(limit)(aggregate, value),
};
