/** Rows of what was spent in seconds, as lines of text: microseconds a record, and the share of the sum. */
export function table(rows: ReadonlyMap<string, number>, records: number): readonly string[] {
  const sum = [...rows.values()].reduce((total, seconds) => total + seconds, 0);
  return [...rows, ['sum', sum] as const].map(([name, seconds]) =>
    [
      ((seconds * 1e6) / records).toFixed(2).padStart(7),
      `${((100 * seconds) / sum).toFixed(0).padStart(4)}%`,
      `  ${name}`,
    ].join(''),
  );
}

/**
 * The same shares of another sum. A profile is of elapsed time: on a machine with other work it counts the time in which
 * the thread waited for a processor, too.
 */
export function scaledTo<K>(rows: ReadonlyMap<K, number>, sum: number): ReadonlyMap<K, number> {
  const total = [...rows.values()].reduce((all, each) => all + each, 0);
  return new Map([...rows].map(([name, each]) => [name, (each * sum) / total]));
}
