import { type Serde, Serdes } from '../../streams/index.js';
import type { Json, SerdeSpec } from './case-file.js';
import { isWindowed } from './functions/text.js';

/** The serde of a case; absent: text. */
export function serdeOf(spec: SerdeSpec = 'string'): Serde<unknown> {
  if (typeof spec === 'string') return Serdes[spec]();
  if ('sessionWindowed' in spec) return Serdes.sessionWindowed(serdeOf(spec.sessionWindowed));
  return Serdes.timeWindowed(serdeOf(spec.timeWindowed), spec.size ?? Number.POSITIVE_INFINITY);
}

/** Bytes of a key or value of a case; null is absent. */
export function bytesOf(value: Json | undefined, hex: string | null | undefined, serde: Serde<unknown>): Buffer | null {
  if (typeof hex === 'string') return Buffer.from(hex, 'hex');
  return value === null || value === undefined ? null : serde.serialize(value);
}

/** An end that is infinite is written as null. */
export function endOf(end: number): number | null {
  return Number.isFinite(end) ? end : null;
}

/** A value that was read, as case files write it. */
export function asCaseValue(value: unknown): Json {
  if (!isWindowed(value)) return value as Json;
  const { start, end } = value.window;
  return { key: asCaseValue(value.key), start, end: endOf(end) };
}
