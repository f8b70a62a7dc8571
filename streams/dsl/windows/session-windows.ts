import { type Duration, milliseconds } from '../../kafka/duration.js';

/** Options of `SessionWindows.of`. */
export interface SessionWindowsOptions {
  /** The longest time between two records of one session. */
  readonly gap: Duration;
  /** How long after a session has ended, in event time, it still takes records. Later records are late. */
  readonly grace: Duration;
  /** See `TimeWindowsOptions.closeOnIdle`. Default: false. */
  readonly closeOnIdle?: boolean;
}

/**
 * Windows of activity (Java: `SessionWindows`): records of a key that are at most `gap` apart are one session. It begins
 * with its first record and ends with its last one, both included.
 */
export class SessionWindows {
  readonly gapMs: number;
  readonly graceMs: number;
  readonly closeOnIdle: boolean;

  private constructor(gapMs: number, graceMs: number, closeOnIdle: boolean) {
    this.gapMs = gapMs;
    this.graceMs = graceMs;
    this.closeOnIdle = closeOnIdle;
    Object.freeze(this);
  }

  /**
   * Throws a TypeError that names the option if a value is not a duration, or if the gap is 0.
   *
   * ```ts
   * const visits = SessionWindows.of({ gap: '30m', grace: '5m' });
   * ```
   */
  static of({ gap, grace, closeOnIdle = false }: SessionWindowsOptions): SessionWindows {
    const gapMs = milliseconds(gap, 'gap of SessionWindows');
    if (gapMs === 0) throw new TypeError('gap of SessionWindows: must be above 0');
    return new SessionWindows(gapMs, milliseconds(grace, 'grace of SessionWindows'), closeOnIdle);
  }
}
