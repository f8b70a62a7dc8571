/** The nearest-rank percentile, above 0 to 100, of values that are sorted. NaN where there is none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}
