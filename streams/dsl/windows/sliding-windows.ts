import { type Duration, milliseconds } from '../../kafka/duration.js';
import type { Window } from './windows.js';

/** Options of `SlidingWindows.of`. */
export interface SlidingWindowsOptions {
  /** The longest time between the first and the last record of a window, above 0. */
  readonly timeDifference: Duration;
  /** How long after its end, in event time, a window still takes records. Later records are late. */
  readonly grace: Duration;
  /** See `TimeWindowsOptions.closeOnIdle`. Default: false. */
  readonly closeOnIdle?: boolean;
}

/**
 * Windows that begin and end with records (Java: `SlidingWindows`, KIP-450): for each set of records of a key that are at
 * most `timeDifference` apart there is one window. Both ends of a window are included.
 */
export class SlidingWindows {
  readonly timeDifferenceMs: number;
  readonly graceMs: number;
  readonly closeOnIdle: boolean;

  private constructor(timeDifferenceMs: number, graceMs: number, closeOnIdle: boolean) {
    this.timeDifferenceMs = timeDifferenceMs;
    this.graceMs = graceMs;
    this.closeOnIdle = closeOnIdle;
    Object.freeze(this);
  }

  /**
   * Throws a TypeError that names the option if a value is not a duration, or if the time difference is 0.
   *
   * ```ts
   * const windows = SlidingWindows.of({ timeDifference: '10m', grace: '1m' });
   * ```
   */
  static of({ timeDifference, grace, closeOnIdle = false }: SlidingWindowsOptions): SlidingWindows {
    const differenceMs = milliseconds(timeDifference, 'timeDifference of SlidingWindows');
    // Java refuses it when the first record comes.
    if (differenceMs === 0) throw new TypeError('timeDifference of SlidingWindows: must be above 0');
    return new SlidingWindows(differenceMs, milliseconds(grace, 'grace of SlidingWindows'), closeOnIdle);
  }

  windowAt(start: number): Window {
    return { start, end: start + this.timeDifferenceMs };
  }
}
