import { MinHeap } from './min-heap.js';

/** Is called with the time at which it is called (Java: `Punctuator`). */
export type Punctuator = (timestamp: number) => void;

/** Stops a schedule, also from within its punctuator (Java: `Cancellable`). */
export interface Cancellable {
  cancel(): void;
}

interface PunctuationSchedule {
  /** The time of the next punctuation. */
  next: number;
  /** Of schedules that are due at the same time, the one with the lowest order is called first. */
  readonly order: number;
  readonly intervalMs: number;
  readonly punctuator: Punctuator;
  cancelled: boolean;
}

function before(a: PunctuationSchedule, b: PunctuationSchedule): boolean {
  return a.next === b.next ? a.order < b.order : a.next < b.next;
}

/** The schedules of a task on one clock (Java: `PunctuationQueue`). */
export class PunctuationQueue {
  readonly #schedules = new MinHeap<PunctuationSchedule>(before);
  #scheduled = 0;

  /** True if something was scheduled, even if it was cancelled later. */
  get isUsed(): boolean {
    return this.#scheduled > 0;
  }

  /** No punctuation is due before this time. Infinite if nothing is scheduled. */
  get next(): number {
    return this.#schedules.peek()?.next ?? Number.POSITIVE_INFINITY;
  }

  /** Calls `punctuator` at `first`, then every `intervalMs`, counted from `first`. */
  schedule(first: number, intervalMs: number, punctuator: Punctuator): Cancellable {
    const schedule = { next: first, order: this.#scheduled++, intervalMs, punctuator, cancelled: false };
    this.#schedules.push(schedule);
    return {
      cancel() {
        schedule.cancelled = true;
      },
    };
  }

  /**
   * Calls the first punctuator that is due at `now`, with `timestamp`. Returns false if none is due. A schedule that
   * has missed punctuations calls once for all of them, and goes on with its next time after `now`.
   */
  punctuate(now: number, timestamp: number): boolean {
    for (let first = this.#schedules.peek(); first !== undefined && first.next <= now; first = this.#schedules.peek()) {
      this.#schedules.pop();
      if (first.cancelled) continue;
      first.punctuator(timestamp);
      first.next += (Math.floor((now - first.next) / first.intervalMs) + 1) * first.intervalMs;
      this.#schedules.push(first);
      return true;
    }
    return false;
  }
}
