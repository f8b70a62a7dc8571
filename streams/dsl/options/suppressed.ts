import { type Duration, milliseconds } from '../../kafka/duration.js';

/** When the updates of a table are sent (Java: `Suppressed`). */
export type Suppressed =
  | { readonly kind: 'untilWindowCloses'; readonly maxRecords: number | undefined }
  | { readonly kind: 'untilTimeLimit'; readonly ms: number; readonly maxRecords: number | undefined };

export const Suppressed = Object.freeze({
  /**
   * Only the last update of each window, when the window closes. With `maxRecords` the application fails if the buffer
   * has more records (Java: `shutDownWhenFull`). For windowed tables only.
   */
  untilWindowCloses(options: { readonly maxRecords?: number } = {}): Suppressed {
    return Object.freeze({ kind: 'untilWindowCloses', maxRecords: options.maxRecords });
  },

  /**
   * The last update of each key, `duration` of event time after its first one. If the buffer has more than `maxRecords`
   * records, the oldest one is sent early (Java: `emitEarlyWhenFull`).
   */
  untilTimeLimit(duration: Duration, options: { readonly maxRecords?: number } = {}): Suppressed {
    const ms = milliseconds(duration, 'untilTimeLimit of Suppressed');
    return Object.freeze({ kind: 'untilTimeLimit', ms, maxRecords: options.maxRecords });
  },
});
