/** The records of the input that were committed at a time. */
export interface Progress {
  /** Milliseconds. */
  readonly at: number;
  readonly records: number;
}

const PART = 1_000_000;

/**
 * The rate of the last million records to that of the first; of fifths where the input has less than five million. The
 * first part begins with the last look that saw nothing committed. NaN where the looks are too few.
 */
export function lastToFirst(progress: readonly Progress[], records: number): number {
  const part = Math.min(PART, Math.floor(records / 5));
  const first = timeOf(progress, part) - timeOf(progress, 0);
  const last = timeOf(progress, records) - timeOf(progress, records - part);
  return first / last;
}

/** The time at which so many records were committed, interpolated between two looks. */
function timeOf(progress: readonly Progress[], records: number): number {
  const after = progress.findIndex(look => (records === 0 ? look.records > 0 : look.records >= records));
  const [before, reached] = [progress[after - 1], progress[after]];
  if (before === undefined || reached === undefined) return Number.NaN;
  const share = (records - before.records) / (reached.records - before.records);
  return before.at + share * (reached.at - before.at);
}
