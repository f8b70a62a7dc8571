/**
 * JSON of any value of a store. A Map is an array of pairs, a Set is an array, bytes are their UTF-8 text, a bigint is
 * a string of its digits. undefined and numbers that are not finite are null. No value silently becomes `{}`.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, replaced) ?? 'null';
}

/** Uses the holder, because `toJSON` of a Buffer has already replaced the value that is passed here. */
function replaced(this: unknown, key: string, converted: unknown): unknown {
  const value: unknown = (this as Record<string, unknown>)[key];
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'bigint') return value.toString();
  return converted;
}
