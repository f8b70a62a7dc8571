import type { WindowStoreKind } from '../../../stores/kinds/kinds.js';
import { WindowKind } from '../../../stores/kinds/window.js';
import { type Duration, milliseconds } from '../../kafka/duration.js';

/** A window of time, in milliseconds since the epoch. It includes `start` and excludes `end`. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** A key in a window: the key type of windowed tables. */
export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}

export interface TimeWindowsOptions {
  readonly size: Duration;
  /**
   * How long after its end, in event time, a window still takes records. Later records are late: counted and dropped.
   */
  readonly grace: Duration;
  /**
   * Hopping windows: a new window starts every `advanceBy`. Absent: tumbling windows, each starts where the previous
   * one ends.
   */
  readonly advanceBy?: Duration;
  /**
   * True: windows close by the time of the task, also while no record arrives, and not by the highest timestamp that
   * reached the operator. It suits event time that follows the wall clock: old timestamps loaded into an application
   * that has been silent are late. Default: false, as in Java.
   *
   * An extension: Java has no such option.
   */
  readonly closeOnIdle?: boolean;
}

/** Windows of an aggregation by key and window (Java: `Windows`). */
export interface Windows {
  /** Milliseconds from the start of a window to its end. */
  readonly sizeMs: number;
  readonly graceMs: number;
  /** Milliseconds from the start of a window to that of the next one. */
  readonly advanceMs: number;
  readonly closeOnIdle: boolean;

  /**
   * Start of the first window that `timestamp` belongs to. The others start every `advanceMs` after it, up to the timestamp itself. Above
   * the timestamp if it belongs to none.
   */
  firstStartFor(timestamp: number): number;

  /** True if a window that starts at `start` takes no records at `time` (event time) any more: it has ended, and its grace too. */
  isClosed(start: number, time: number): boolean;

  /** Windows that start then or earlier are closed at `time`. */
  lastClosedStart(time: number): number;

  windowAt(start: number): Window;

  /** @internal How rows of these windows are kept. `retentionMs`: at least size + grace. */
  storeKind(retentionMs: number, emit: { readonly onClose: boolean }): WindowStoreKind;
}

/** Windows of a fixed size, aligned to the epoch (Java: `TimeWindows`). None starts below 0. */
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

  /** Throws a TypeError that names the option if the size is not positive, or the advance not between 1 ms and the size. */
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
