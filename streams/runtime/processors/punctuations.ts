import type { SavedTime } from '../../audit/checkpoint.js';
import type { Cancellable, PunctuationType } from '../../dsl/processor/punctuation.js';
import type { Clock } from '../../kafka/ports.js';
import { NEVER, savedNumber } from '../time/time.js';
import { PunctuationQueue } from './punctuation-queue.js';

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
  #isTimeUsed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The highest timestamp of the records of the task, that of the record in process included. NEVER at first. */
  get streamTime(): number {
    return this.#streamTime;
  }

  /** From now on the stream time is saved, also if no schedule goes by it. */
  useTime(): void {
    this.#isTimeUsed = true;
  }

  /**
   * Calls `punctuator` every `intervalMs`. By stream time, the first call comes as soon as there is a record, and the
   * next ones come at multiples of the interval. By the wall clock, the first call comes after one interval (Java:
   * `ProcessorContext.schedule`). With a `startTime` the first call is due then, and a time of the wall clock that has
   * passed stands for the next time of its grid (KIP-1146). Throws a RangeError if the interval is less than a
   * millisecond.
   */
  schedule(
    intervalMs: number,
    type: PunctuationType,
    punctuator: (timestamp: number) => void,
    startTime?: number,
  ): Cancellable {
    if (!(intervalMs >= 1)) throw new RangeError(`the interval of a schedule is at least 1 ms, not ${intervalMs}`);
    return type === 'streamTime'
      ? this.#byStreamTime.schedule(startTime ?? 0, intervalMs, punctuator)
      : this.#byWallClock.schedule(
          this.#clock.monotonic() + this.#delayOf(intervalMs, startTime),
          intervalMs,
          punctuator,
        );
  }

  #delayOf(intervalMs: number, startTime: number | undefined): number {
    if (startTime === undefined) return intervalMs;
    const now = this.#clock.now();
    return startTime >= now ? startTime - now : intervalMs - ((now - startTime) % intervalMs);
  }

  /** A record with this timestamp is about to be processed. */
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

  /** The stream time. undefined if nothing goes by it. */
  saveTime(): SavedTime | undefined {
    return this.#byStreamTime.isUsed || this.#isTimeUsed ? { streamTime: this.#streamTime } : undefined;
  }

  resumeTime(saved: SavedTime): void {
    this.observe(savedNumber(saved, 'streamTime'));
  }
}
