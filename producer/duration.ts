const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `500ms`, `60s`, `10m`, `2h` or `1d`. undefined if the text is not a duration. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const [, amount, unit] = match;
  const ms = Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}
