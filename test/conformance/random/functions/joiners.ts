import type { Draft } from '../draft.js';
import type { Weighted } from '../random.js';
import { hasText, type KeyShape, type ValueShape } from '../shapes.js';
import type { Mapping } from './mappings.js';

/** The keys that a joiner sees: that of the stream, and for a global table the mapped one too. */
export interface SeenKeys {
  readonly key?: KeyShape;
  readonly both?: boolean;
}

/** A joiner of these values. */
export function joiner({ random }: Draft, left: ValueShape, right: ValueShape, seen: SeenKeys = {}): Mapping {
  const all: Weighted<Mapping>[] = [];
  const add = (weight: number, gives: ValueShape, fn: string): void => {
    all.push([{ fn, gives }, weight]);
  };
  if (hasText(left) && hasText(right)) {
    add(5, 'string', 'pair');
    add(1, 'object', 'obj');
    if (seen.key !== undefined && hasText(seen.key)) {
      add(3, 'string', 'keyPair');
      if (seen.both) add(3, 'string', 'bothKeys');
    }
  }
  if (left === 'long' && right === 'long') add(3, 'long', 'sum');
  if (left === right) add(1, left, 'coalesce');
  if (all.length === 0 || random.chance(0.08)) {
    add(1, left, 'left');
    add(1, right, 'right');
  }
  return random.weighted(all);
}
