/** What a serde throws if it is given a value that it has no bytes for. */
export function wrongValue(serde: string, value: unknown): TypeError {
  return new TypeError(`the ${serde} serde was given ${describe(value)}`);
}

/** What a serde throws if the bytes have not the length of its type. `what` has an article. */
export function wrongLength(what: string, expected: number, bytes: Buffer): RangeError {
  return new RangeError(`${what} has ${expected} ${expected === 1 ? 'byte' : 'bytes'}, not ${bytes.length}`);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `the ${typeof value} ${value}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
