import type { FunctionSpec, Json } from '../../case-file.js';
import { type Draft, REFUSED } from '../draft.js';
import type { Weighted } from '../random.js';
import { hasText, isScalar, isWindowed, type KeyShape, type Scalar, type ValueShape } from '../shapes.js';

/** A function of key and value, and what it gives. */
export interface Mapping<Shape = ValueShape> {
  readonly fn: FunctionSpec;
  readonly gives: Shape;
}

/** Names of functions that give few keys, so that records meet. */
const GROUPING = new Set('firstChar text windowKey identity modText part field const keyAppend mod'.split(' '));

export function mapping(draft: Draft, key: KeyShape, value: ValueShape): Mapping {
  return draft.random.weighted(mappings(draft, key, value));
}

/** A function that gives a key, of a shape that is wanted or any. */
export function keyMapping(draft: Draft, key: KeyShape, value: ValueShape, wanted?: Scalar): Mapping<Scalar> {
  const all = scalarMappings(draft, key, value).filter(([{ gives }]) => wanted === undefined || gives === wanted);
  const grouping = all.filter(([{ fn }]) => GROUPING.has(nameOf(fn)));
  return draft.random.weighted(grouping.length > 0 && draft.random.chance(0.7) ? grouping : all);
}

/** The functions whose results may be keys. */
export function scalarMappings(draft: Draft, key: KeyShape, value: ValueShape): readonly Weighted<Mapping<Scalar>>[] {
  return mappings(draft, key, value).flatMap(([{ fn, gives }, weight]) =>
    isScalar(gives) ? [[{ fn, gives }, weight] as const] : [],
  );
}

/** With this probability a function that refuses a value, where the input has such a value. */
export function refusing(draft: Draft, value: ValueShape, probability: number): Mapping<Scalar> | undefined {
  if (!draft.demands.refusedValues || !isScalar(value) || !draft.random.chance(probability)) return undefined;
  return { fn: ['failOn', REFUSED[value]], gives: value };
}

export function nameOf(fn: FunctionSpec): string {
  return typeof fn === 'string' ? fn : fn[0];
}

function mappings(draft: Draft, key: KeyShape, value: ValueShape): readonly Weighted<Mapping>[] {
  const { random } = draft;
  const all: Weighted<Mapping>[] = [];
  const add = (weight: number, gives: ValueShape, ...fns: FunctionSpec[]): void => {
    for (const fn of fns) all.push([{ fn, gives }, weight]);
  };
  add(1, value, 'identity', ['orElse', constantOf(draft, value)]);
  add(1, 'string', ['const', 'g']);
  add(1, 'long', ['const', 7]);
  if (isWindowed(key)) add(3, key.of, 'windowKey');
  else add(1, key, 'key');
  if (hasText(value)) {
    add(2, 'string', 'text', ['append', '!'], ['prefix', random.pick(['p', 'a', '1'])]);
    add(1, 'string', ['part', ':'], ['afterPart', ':']);
    add(1, 'object', ['wrap', random.pick(['n', 'id', 'w'])]);
    if (hasText(key)) add(1, 'string', 'keyValue', 'appendKey');
  }
  if (hasText(key)) add(1, 'string', 'keyText', ['keyAppend', '1'], ['keyPart', random.pick([':', '@', 'a'])]);
  switch (value) {
    case 'string':
      add(2, 'string', 'upper', ['nullIf', random.pick(['ab', 'b', 'a'])]);
      add(2, 'long', 'length', 'parseLong');
      // The first UTF-16 unit may be half of a character, which cannot be encoded.
      if (!draft.unicode) add(2, 'string', 'firstChar');
      break;
    case 'long':
      add(2, 'long', ['add', random.pick([5, -2])], ['mul', random.pick([2, -1, 3])], ['mod', 4], 'nullIfOdd');
      add(2, 'long', ['nullIf', random.pick([1, 4, 0])]);
      add(2, 'string', ['modText', 3]);
      add(2, 'double', 'half');
      break;
    case 'double':
      add(3, 'long', 'floor');
      break;
    case 'document':
      add(3, 'string', ['field', 'id']);
      add(3, 'long', ['field', 'n']);
      add(3, 'list', ['field', 'l']);
      add(3, 'document', ['withField', 'z', random.pick<Json>([1, true, 'x', null])]);
      break;
    case 'object':
      add(1, 'object', ['withField', 'z', 1]);
  }
  return all;
}

function constantOf({ random }: Draft, value: ValueShape): Json {
  switch (value) {
    case 'string':
      return random.pick(['none', 'b', 'a']);
    case 'long':
      return random.pick([7, 0, 5]);
    case 'double':
      return 0.5;
    case 'document':
      return { id: 'b', n: 4 };
    case 'list':
      return [];
    case 'object':
      return { l: 1 };
  }
}
