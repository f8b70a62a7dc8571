import type { FunctionSpec, Json } from '../../case-file.js';
import type { Draft } from '../draft.js';
import type { Weighted } from '../random.js';
import { hasText, type KeyShape, type ValueShape } from '../shapes.js';
import { nameOf } from './mappings.js';

export interface Aggregation {
  readonly init: Json;
  readonly fn: FunctionSpec;
  readonly sub: FunctionSpec;
  /** Merges the aggregates of sessions. */
  readonly merge: FunctionSpec;
  readonly gives: ValueShape;
}

export function reducer({ random }: Draft, value: ValueShape): FunctionSpec {
  switch (value) {
    case 'string':
      return random.pick(['concat', 'concat', 'concat', 'last', 'first', 'concatMinus']);
    case 'long': {
      const sumOrNull: FunctionSpec = ['sumOrNull', random.pick([10, 5, 20])];
      return random.pick<FunctionSpec>(['sum', 'sum', 'sum', 'max', 'min', 'last', 'first', 'minus', sumOrNull]);
    }
    default:
      return random.pick(['first', 'last']);
  }
}

/** The subtractor beside a reducer. */
export function subtractor({ random }: Draft, value: ValueShape, fn: FunctionSpec): FunctionSpec {
  if (['sum', 'max', 'min', 'sumOrNull'].includes(nameOf(fn))) {
    return random.weighted<FunctionSpec>([
      ['minus', 4],
      [['sumOrNull', 10], 1],
    ]);
  }
  if (value === 'string')
    return random.pick(['concatMinus', 'concatMinus', 'concatMinus', 'concatMinus', 'first', 'last']);
  return random.pick(value === 'long' ? ['first', 'last', 'minus'] : ['first', 'last']);
}

/** An aggregation of these keys and values, whose result is wanted to be of a shape or may be of any. */
export function aggregation(draft: Draft, key: KeyShape, value: ValueShape, wanted?: ValueShape): Aggregation {
  const all = aggregations(draft, key, value);
  return draft.random.weighted(all.filter(([{ gives }]) => wanted === undefined || gives === wanted));
}

export function aggregations({ random }: Draft, key: KeyShape, value: ValueShape): readonly Weighted<Aggregation>[] {
  const all: Weighted<Aggregation>[] = [];
  const add = (
    weight: number,
    gives: ValueShape,
    init: Json,
    fn: FunctionSpec,
    sub: FunctionSpec,
    merge: FunctionSpec,
  ): void => {
    all.push([{ gives, init, fn, sub, merge }, weight]);
  };
  const zero = random.pick([0, 0, 0, 100]);
  add(1, 'long', random.pick([0, 0, 1]), 'count', 'uncount', 'sum');
  if (hasText(value)) {
    const empty = random.pick(['', '', '0']);
    add(3, 'string', empty, 'concat', 'concatMinus', 'concat');
    if (hasText(key)) add(2, 'string', empty, 'concatKey', 'concatMinus', 'concat');
    add(1, 'list', [], 'appendList', 'appendList', random.pick(['first', 'last']));
  }
  switch (value) {
    case 'string':
      add(2, 'long', zero, 'sumLength', 'minusLength', 'sum');
      break;
    case 'long': {
      const sub = random.pick<FunctionSpec>(['minus', ['sumOrNull', 8]]);
      add(3, 'long', zero, 'sum', 'minus', 'sum');
      add(1, 'long', 0, random.pick(['max', 'min']), random.pick(['minus', 'max']), random.pick(['max', 'min', 'sum']));
      add(1, 'long', 0, ['sumOrNull', random.pick([5, 10, 17])], sub, 'sum');
      add(1, 'long', 100, 'minus', 'sum', 'minus');
      break;
    }
    case 'double':
      add(3, 'double', 0, 'sumDouble', 'sumDouble', random.pick(['first', 'last']));
      break;
    case 'document':
      add(3, 'long', zero, ['sumField', 'n'], ['minusField', 'n'], 'sum');
      break;
    case 'list':
    case 'object':
  }
  return all;
}
