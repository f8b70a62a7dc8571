import { type Duration, milliseconds } from '../../kafka/duration.js';

/** When the updates of a table are sent (Java: `Suppressed`, KIP-328). */
export type Suppressed =
  | { readonly kind: 'untilWindowCloses'; readonly maxRecords: number | undefined }
  | {
      readonly kind: 'untilTimeLimit';
      readonly ms: number;
      readonly maxRecords: number | undefined;
      readonly whenFull: WhenFull;
    };

/** What happens when the buffer has more than its records: the oldest one leaves early, or the application stops. */
export type WhenFull = 'emitEarly' | 'shutDown';

export const Suppressed = Object.freeze({
  /**
   * Sends only the last update of each window, when the window closes. If the buffer has more than `maxRecords`
   * records, the application stops (Java: `shutDownWhenFull`). Default: no limit. For windowed tables only.
   *
   * ```ts
   * const final = Suppressed.untilWindowCloses({ maxRecords: 100_000 });
   * ```
   */
  untilWindowCloses(options: { readonly maxRecords?: number } = {}): Suppressed {
    return Object.freeze({ kind: 'untilWindowCloses', maxRecords: options.maxRecords });
  },

  /**
   * Sends the last update of each key, `duration` of event time after the first one that is held back. If the buffer
   * has more than `maxRecords` records, the oldest update is sent early (Java: `emitEarlyWhenFull`), or with `whenFull:
   * 'shutDown'` the application stops (Java: `shutDownWhenFull`). Default: no limit. Throws a TypeError if `duration` is
   * not a duration.
   *
   * ```ts
   * const calm = Suppressed.untilTimeLimit('10s', { maxRecords: 100_000, whenFull: 'emitEarly' });
   * ```
   */
  untilTimeLimit(
    duration: Duration,
    options: { readonly maxRecords?: number; readonly whenFull?: WhenFull } = {},
  ): Suppressed {
    const ms = milliseconds(duration, 'untilTimeLimit of Suppressed');
    const { maxRecords, whenFull = 'emitEarly' } = options;
    return Object.freeze({ kind: 'untilTimeLimit', ms, maxRecords, whenFull });
  },
});
