/** A length of time: milliseconds, or a number with its unit: `'500ms'`, `'60s'`, `'10m'`, `'1h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * The whole milliseconds of a duration. undefined if `duration` is not a duration, is negative, or has a part of a
 * millisecond.
 */
export function parseDuration(duration: number | string): number | undefined {
  let milliseconds: number;
  if (typeof duration === 'number') {
    milliseconds = duration;
  } else {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
    if (match === null) return undefined;
    milliseconds = withoutRoundingError(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
  }
  return Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}

/** 1.1 * 3_600_000 is 3_960_000.0000000005. */
function withoutRoundingError(product: number): number {
  const whole = Math.round(product);
  return Math.abs(product - whole) <= whole * 2 * Number.EPSILON ? whole : product;
}

/** The whole milliseconds of a duration. Throws a TypeError that names `what` if `duration` is not a duration. */
export function milliseconds(duration: Duration, what: string): number {
  const result = parseDuration(duration);
  if (result === undefined) {
    // JSON has no NaN.
    const given = typeof duration === 'string' ? JSON.stringify(duration) : String(duration);
    throw new TypeError(`${what}: ${given} is not a duration such as '60s', '500ms' or 60000`);
  }
  return result;
}
