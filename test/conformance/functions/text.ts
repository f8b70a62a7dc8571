import type { Windowed } from '../../../streams/index.js';

/** A value as text: a string is itself, a windowed key `key@start/end`, null `null`, all else compact JSON. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isWindowed(value)) return `${text(value.key)}@${value.window.start}/${value.window.end}`;
  return JSON.stringify(value ?? null);
}

export function isWindowed(value: unknown): value is Windowed<unknown> {
  return typeof value === 'object' && value !== null && 'window' in value && 'key' in value;
}

/** A number of the case; null counts as 0. */
export function number(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'number') throw new TypeError(`${text(value)} is not a number`);
  return value;
}

/** A string of the case. Throws a TypeError if it is none, as Java would a ClassCastException. */
export function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${text(value)} is not a string`);
  return value;
}

/** The member of a JSON object; null if it has none of that name, or is no object. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  return (value as Readonly<Record<string, unknown>>)[name] ?? null;
}

/** The words between spaces. */
export function words(value: unknown): string[] {
  return string(value)
    .split(' ')
    .filter(word => word !== '');
}
