import type { WindowStoreKind } from '../../../stores/kinds/kinds.js';
import { WindowKind } from '../../../stores/kinds/window.js';
import { type Duration, milliseconds } from '../../kafka/duration.js';

/** A window of time, in milliseconds since the epoch (Java: `Window`). It includes `start` and excludes `end`. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** A key in a window (Java: `Windowed`): the type of the keys of windowed tables. */
export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

/** Options of `TimeWindows.of`. */
export interface TimeWindowsOptions {
  /** Length of a window, above 0. */
  readonly size: Duration;
  /**
   * How long after its end, in event time, a window still takes records. Later records are late: they are dropped and
   * counted as late.
   */
  readonly grace: Duration;
  /**
   * A new window starts every `advanceBy` (hopping windows). It is above 0 and at most `size`. Default: `size`, so that
   * each window starts where the previous one ends (tumbling windows).
   */
  readonly advanceBy?: Duration;
  /**
   * False: windows close by the highest timestamp that reached the operator, as in Java. True: they close by the time
   * of the task, which also advances while no record arrives. It suits event time that follows the wall clock: old
   * timestamps that are loaded into an application that was silent are late. Default: false.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly closeOnIdle?: boolean;
}

/** When a window of a table closes: `graceMs` after its end. */
export type ClosingWindows = Pick<Windows, 'sizeMs' | 'graceMs' | 'closeOnIdle'>;

/** Windows of an aggregation by key and window (Java: `Windows`). */
export interface Windows {
  /** Milliseconds from the start of a window to its end. */
  readonly sizeMs: number;
  readonly graceMs: number;
  /** Milliseconds from the start of a window to that of the next one. */
  readonly advanceMs: number;
  readonly closeOnIdle: boolean;

  /**
   * The start of the first window that `timestamp` belongs to. The other windows start every `advanceMs` after it, up
   * to the timestamp itself. If the timestamp belongs to no window, the result is above the timestamp.
   */
  firstStartFor(timestamp: number): number;

  /**
   * True if the window that starts at `start` takes no more records at the event time `time`: its end and its grace
   * have passed.
   */
  isClosed(start: number, time: number): boolean;

  /** The latest start of a window that is closed at the event time `time`. */
  lastClosedStart(time: number): number;

  /** The window that starts at `start`. */
  windowAt(start: number): Window;

  /** @internal How rows of these windows are kept. `retentionMs`: at least size + grace. */
  storeKind(retentionMs: number, emit: { readonly onClose: boolean }): WindowStoreKind;
}

/** Windows of a fixed size that are aligned to the epoch (Java: `TimeWindows`). No window starts before the epoch. */
export class TimeWindows implements Windows {
  readonly sizeMs: number;
  readonly graceMs: number;
  readonly advanceMs: number;
  readonly closeOnIdle: boolean;

  private constructor(sizeMs: number, graceMs: number, advanceMs: number, closeOnIdle: boolean) {
    this.sizeMs = sizeMs;
    this.graceMs = graceMs;
    this.advanceMs = advanceMs;
    this.closeOnIdle = closeOnIdle;
    Object.freeze(this);
  }

  /**
   * Throws a TypeError that names the option if a value is not a duration, if the size is 0, or if the advance is 0 or
   * above the size.
   *
   * ```ts
   * const hours = TimeWindows.of({ size: '1h', grace: '5m' });
   * const hopping = TimeWindows.of({ size: '1h', grace: 0, advanceBy: '10m' });
   * ```
   */
  static of(options: TimeWindowsOptions): TimeWindows {
    const size = milliseconds(options.size, 'size of TimeWindows');
    const grace = milliseconds(options.grace, 'grace of TimeWindows');
    const advance = milliseconds(options.advanceBy ?? options.size, 'advanceBy of TimeWindows');
    if (size === 0) throw new TypeError('size of TimeWindows: must be above 0');
    if (advance === 0 || advance > size)
      throw new TypeError('advanceBy of TimeWindows: must be above 0 and at most the size');
    return new TimeWindows(size, grace, advance, options.closeOnIdle ?? false);
  }

  firstStartFor(timestamp: number): number {
    const start = Math.max(0, timestamp - this.sizeMs + this.advanceMs);
    return start - (start % this.advanceMs);
  }

  isClosed(start: number, time: number): boolean {
    return start <= this.lastClosedStart(time);
  }

  lastClosedStart(time: number): number {
    return time - this.sizeMs - this.graceMs;
  }

  windowAt(start: number): Window {
    return { start, end: start + this.sizeMs };
  }

  /** @internal */
  storeKind(retentionMs: number, emit: { readonly onClose: boolean }): WindowStoreKind {
    return new WindowKind(this, retentionMs, emit.onClose);
  }
}
