import type { FunctionSpec } from '../../case-file.js';
import type { Draft } from '../draft.js';
import type { Weighted } from '../random.js';
import { hasText, type KeyShape, type ValueShape } from '../shapes.js';

/** A predicate of a stream's record, or of a table's row, which has no null key. */
export function predicate({ random }: Draft, key: KeyShape, value: ValueShape, of: 'stream' | 'table'): FunctionSpec {
  const all: Weighted<FunctionSpec>[] = [];
  const add = (weight: number, ...fns: FunctionSpec[]): void => {
    for (const fn of fns) all.push([fn, weight]);
  };
  if (random.chance(0.2)) add(1, 'always', 'valueIsNull', 'valueNotNull', 'never');
  if (of === 'stream' && random.chance(0.3)) add(1, 'keyIsNull');
  if (hasText(key)) add(2, 'keyIsVowel');
  if (key === 'string') add(1, ['keyEq', random.pick(['a', 'c'])]);
  if (key === 'long') add(1, ['keyEq', 2]);
  switch (value) {
    case 'string':
      add(2, ['valueLongerThan', random.pick([1, 2, 5])], ['valueContains', random.pick(['b', 'a', ':', ' '])]);
      add(2, ['valueEq', random.pick(['a', 'b', 'ab'])]);
      break;
    case 'long':
      add(2, ['valueGt', random.pick([5, 0, 10])], 'valueEven', ['valueEq', 4]);
      break;
    case 'document':
      add(2, ['fieldGt', 'n', random.pick([3, 1])], ['fieldEq', 'id', random.pick(['a', 'b'])]);
      break;
    case 'object':
      add(1, ['fieldGt', 'l', 3]);
      break;
    case 'double':
    case 'list':
  }
  return all.length === 0 ? 'valueNotNull' : random.weighted(all);
}
