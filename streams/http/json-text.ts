/**
 * JSON of a value out of a store, whatever it is: a Map is an array of pairs, a Set an array, bytes are their UTF-8 text, a
 * bigint is its digits in a string, and what is not there or is no number is null. Nothing is silently `{}`.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, replaced) ?? 'null';
}

/** Looks at the holder: `toJSON` of a Buffer has already made an object of the value that comes here. */
function replaced(this: unknown, key: string, converted: unknown): unknown {
  const value: unknown = (this as Record<string, unknown>)[key];
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'bigint') return value.toString();
  return converted;
}
