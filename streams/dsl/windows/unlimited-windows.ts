import { UnlimitedWindowKind } from '../../../stores/kinds/unlimited-window.js';
import type { Window, Windows } from './windows.js';

/** Options of `UnlimitedWindows.of`. */
export interface UnlimitedWindowsOptions {
  /** Milliseconds since the epoch. Records before this time belong to no window and are not aggregated. Default: 0. */
  readonly startOn?: number;
}

/**
 * One window that starts at a point in time and never ends (Java: `UnlimitedWindows`). No record is late. The `end` of
 * the window is infinite (Java: the largest long).
 */
export class UnlimitedWindows implements Windows {
  readonly startMs: number;
  readonly sizeMs = Number.POSITIVE_INFINITY;
  readonly graceMs = 0;
  readonly advanceMs = Number.POSITIVE_INFINITY;
  readonly closeOnIdle = false;

  private constructor(startMs: number) {
    this.startMs = startMs;
    Object.freeze(this);
  }

  /**
   * Throws a TypeError if `startOn` is negative or not a whole number of milliseconds.
   *
   * ```ts
   * const windows = UnlimitedWindows.of({ startOn: Date.UTC(2026, 0) });
   * ```
   */
  static of({ startOn = 0 }: UnlimitedWindowsOptions = {}): UnlimitedWindows {
    if (!Number.isSafeInteger(startOn) || startOn < 0) {
      throw new TypeError(`startOn of UnlimitedWindows: ${startOn} is not a whole number of milliseconds, 0 or above`);
    }
    return new UnlimitedWindows(startOn);
  }

  firstStartFor(timestamp: number): number {
    return timestamp < this.startMs ? Number.POSITIVE_INFINITY : this.startMs;
  }

  isClosed(): boolean {
    return false;
  }

  lastClosedStart(): number {
    return Number.NEGATIVE_INFINITY;
  }

  windowAt(start: number): Window {
    return { start, end: Number.POSITIVE_INFINITY };
  }

  /** @internal */
  storeKind(): UnlimitedWindowKind {
    return new UnlimitedWindowKind();
  }
}
