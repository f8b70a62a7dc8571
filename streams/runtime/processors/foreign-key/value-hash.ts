import { hash } from 'node:crypto';
import type { Serde } from '../../../dsl/serde/serdes.js';

const HASH_BYTES = 16;
const NO_VALUE = Buffer.alloc(0);

/** Distinguishes a value from those before and after it. Empty for null. */
export function valueHash(serde: Serde<unknown>, value: unknown): Buffer {
  if (value === null) return NO_VALUE;
  return hash('sha256', serde.serialize(value), 'buffer').subarray(0, HASH_BYTES);
}
