import type { SavedTime } from '../../audit/checkpoint.js';
import type { Clock } from '../../kafka/ports.js';
import { NEVER, savedNumber } from '../time/time.js';
import { type Cancellable, PunctuationQueue, type Punctuator } from './punctuation-queue.js';

/** The clock of a schedule (Java: `PunctuationType`). */
export type PunctuationType = 'streamTime' | 'wallClockTime';

/**
 * The punctuations of a task. A restart forgets the schedules, as in Java: processors schedule when they are
 * initialized.
 */
export class Punctuations {
  readonly #byStreamTime = new PunctuationQueue();
  /** By the monotonic clock: a wall clock that is set back must not stop them. */
  readonly #byWallClock = new PunctuationQueue();
  readonly #clock: Clock;
  #streamTime = NEVER;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls `punctuator` every `intervalMs`. By stream time, the first call comes as soon as there is a record, and the
   * next ones come at multiples of the interval. By the wall clock, the first call comes after one interval (Java:
   * `ProcessorContext.schedule`). Throws a RangeError if the interval is less than a millisecond.
   */
  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable {
    if (!(intervalMs >= 1)) throw new RangeError(`the interval of a schedule is at least 1 ms, not ${intervalMs}`);
    return type === 'streamTime'
      ? this.#byStreamTime.schedule(0, intervalMs, punctuator)
      : this.#byWallClock.schedule(this.#clock.monotonic() + intervalMs, intervalMs, punctuator);
  }

  /** A record with this timestamp was taken from the input. */
  observe(timestamp: number): void {
    if (timestamp > this.#streamTime) this.#streamTime = timestamp;
  }

  /** Calls the first punctuator that is due by stream time. Returns false if none is due. */
  punctuateStreamTime(): boolean {
    const time = this.#streamTime;
    return this.#byStreamTime.next <= time && this.#byStreamTime.punctuate(time, time);
  }

  /**
   * Calls the first punctuator that is due at `now` of the monotonic clock, with `timestamp` of the wall clock. Returns
   * false if none is due.
   */
  punctuateWallClock(now: number, timestamp: number): boolean {
    return this.#byWallClock.punctuate(now, timestamp);
  }

  /** The stream time. undefined if no schedule goes by it. */
  saveTime(): SavedTime | undefined {
    return this.#byStreamTime.isUsed ? { streamTime: this.#streamTime } : undefined;
  }

  resumeTime(saved: SavedTime): void {
    this.observe(savedNumber(saved, 'streamTime'));
  }
}
