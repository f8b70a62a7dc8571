import type { CaseRecord, ConformanceCase, Json } from './case-file.js';
import { text } from './functions/text.js';

/** Records in the order that the case defines, and with all their members: equal ones are equal in depth. */
export function comparableOutput(
  { order }: Pick<ConformanceCase, 'order'>,
  records: readonly CaseRecord[],
): readonly CaseRecord[] {
  const whole = records.map(withNulls);
  return order === 'total' ? whole : whole.toSorted((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
}

/** The entries of a store by key: strings by code unit, numbers by size, windowed keys by key, then start. */
export function sortedEntries(entries: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return entries.toSorted(([a], [b]) => compareKeys(a as Json, b as Json));
}

function withNulls(record: CaseRecord): CaseRecord {
  return 'keyHex' in record || 'valueHex' in record
    ? { keyHex: null, valueHex: null, ...record }
    : { key: null, value: null, ...record };
}

function compareKeys(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isWindowedKey(a) && isWindowedKey(b)) return compareKeys(a.key, b.key) || a.start - b.start;
  const [x, y] = [text(a), text(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function isWindowedKey(key: Json): key is { readonly key: Json; readonly start: number } {
  return typeof key === 'object' && key !== null && 'start' in key && 'key' in key;
}
