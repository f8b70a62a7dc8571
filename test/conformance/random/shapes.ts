import { isDeepStrictEqual } from 'node:util';
import type { Operation, SerdeSpec } from '../case-file.js';

/** What is a key and a value alike. */
export type Scalar = 'string' | 'long';

/** What a value is. A `document` has the members of random input, a `list` and an `object` are made by functions. */
export type ValueShape = Scalar | 'double' | 'document' | 'list' | 'object';

export type WindowedKey =
  | { readonly windows: 'time'; readonly of: Scalar; readonly size: number | null }
  | { readonly windows: 'session'; readonly of: Scalar };

/** What a key is. */
export type KeyShape = Scalar | WindowedKey;

export function isScalar(shape: KeyShape | ValueShape): shape is Scalar {
  return shape === 'string' || shape === 'long';
}

export function isWindowed(shape: KeyShape): shape is WindowedKey {
  return typeof shape === 'object';
}

export function sameShape(a: KeyShape | ValueShape, b: KeyShape | ValueShape): boolean {
  return isDeepStrictEqual(a, b);
}

/**
 * Whether its text is the same in Java and in JavaScript. That of a double is not (1.0 and 1), nor is the end of an
 * unlimited window.
 */
export function hasText(shape: KeyShape | ValueShape): boolean {
  if (typeof shape === 'string') return shape !== 'double';
  return shape.windows === 'session' || shape.size !== null;
}

export function serdeOf(shape: KeyShape | ValueShape): SerdeSpec {
  if (typeof shape === 'string') return isScalar(shape) || shape === 'double' ? shape : 'json';
  return shape.windows === 'time' ? { timeWindowed: shape.of, size: shape.size } : { sessionWindowed: shape.of };
}

/** The serdes of an operation. Those of strings are left out. */
export function serdes(key: KeyShape, value: ValueShape): Pick<Operation, 'keySerde' | 'valueSerde'> {
  return {
    ...(key !== 'string' && { keySerde: serdeOf(key) }),
    ...(value !== 'string' && { valueSerde: serdeOf(value) }),
  };
}

/** The serde of the other side of a join. */
export function otherSerde(value: ValueShape): Pick<Operation, 'otherSerde'> {
  return value === 'string' ? {} : { otherSerde: serdeOf(value) };
}
