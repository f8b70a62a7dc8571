import { type Duration, milliseconds } from '../../kafka/duration.js';

/** Options of `JoinWindows.of`. At least one of `timeDifference`, `before` and `after` is given. */
export interface JoinWindowsOptions {
  /** How far the timestamps of two records may be from each other: both `before` and `after`, unless these are given. */
  readonly timeDifference?: Duration;
  /** How much earlier the record of the other stream may be. Milliseconds may be negative: it must be later then. */
  readonly before?: Duration;
  /** How much later the record of the other stream may be. Milliseconds may be negative: it must be earlier then. */
  readonly after?: Duration;
  /**
   * How long, in event time, records that are out of order still find each other. A left or outer join sends a record
   * that has found no other after this time.
   */
  readonly grace: Duration;
  /**
   * False: time is the highest timestamp of both streams, as in Java. True: it is the time of the task, which also
   * advances while no record arrives, so a record that has found no other does not wait for the next one. Default:
   * false.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly closeOnIdle?: boolean;
}

/** Which records of two streams meet in a join: those whose timestamps are near each other (Java: `JoinWindows`). */
export class JoinWindows {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
  readonly closeOnIdle: boolean;

  private constructor(beforeMs: number, afterMs: number, graceMs: number, closeOnIdle: boolean) {
    this.beforeMs = beforeMs;
    this.afterMs = afterMs;
    this.graceMs = graceMs;
    this.closeOnIdle = closeOnIdle;
    Object.freeze(this);
  }

  /**
   * Throws a TypeError that names the option if a value is not a duration, or if the window ends before it begins.
   *
   * @example
   * JoinWindows.of({ timeDifference: '30s', grace: '5s' })
   *
   * ```ts
   * const near = JoinWindows.of({ timeDifference: '5m', grace: '1m' });
   * const after = JoinWindows.of({ before: 0, after: '1h', grace: '1m' });
   * ```
   */
  static of({ timeDifference, before, after, grace, closeOnIdle = false }: JoinWindowsOptions): JoinWindows {
    const beforeMs = signedMilliseconds(before ?? timeDifference ?? 0, 'before of JoinWindows');
    const afterMs = signedMilliseconds(after ?? timeDifference ?? 0, 'after of JoinWindows');
    if (beforeMs + afterMs < 0) throw new TypeError('JoinWindows: before and after together must not be negative');
    return new JoinWindows(beforeMs, afterMs, milliseconds(grace, 'grace of JoinWindows'), closeOnIdle);
  }

  /** How far the timestamps of two records that meet may be from each other, in both directions together. */
  get sizeMs(): number {
    return this.beforeMs + this.afterMs;
  }
}

function signedMilliseconds(duration: Duration, what: string): number {
  return typeof duration === 'number' && duration < 0 ? -milliseconds(-duration, what) : milliseconds(duration, what);
}
