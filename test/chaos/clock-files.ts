import path from 'node:path';

/**
 * What a topology process adds to the wall clock, in whole milliseconds: the sum of what is in these files. One that is not there adds
 * nothing.
 */
export function clockFiles(ordersDirectory: string): readonly string[] {
  const roundDirectory = path.dirname(ordersDirectory);
  return [shiftFile(roundDirectory), stepFile(roundDirectory), stepFile(ordersDirectory)];
}

/** Of all processes, for good. */
export function shiftFile(roundDirectory: string): string {
  return path.join(roundDirectory, 'clock-shift');
}

/** For a while: of one process in the directory of its orders, of all in the directory of the round. */
export function stepFile(directory: string): string {
  return path.join(directory, 'clock-step');
}
