import type { Cancellable } from '../../dsl/processor/punctuation.js';
import { MinHeap } from './min-heap.js';

interface PunctuationSchedule {
  /** The time of the next punctuation. */
  next: number;
  /** Of schedules that are due at the same time, the one whose time was set first is called first, as in Java. */
  order: number;
  readonly intervalMs: number;
  readonly punctuator: (timestamp: number) => void;
  cancelled: boolean;
}

function before(a: PunctuationSchedule, b: PunctuationSchedule): boolean {
  return a.next === b.next ? a.order < b.order : a.next < b.next;
}

/** The schedules of a task on one clock (Java: `PunctuationQueue`). */
export class PunctuationQueue {
  readonly #schedules = new MinHeap<PunctuationSchedule>(before);
  #timesSet = 0;

  /** True if something was scheduled, even if it was cancelled later. */
  get isUsed(): boolean {
    return this.#timesSet > 0;
  }

  /** No punctuation is due before this time. Infinite if nothing is scheduled. */
  get next(): number {
    return this.#schedules.peek()?.next ?? Number.POSITIVE_INFINITY;
  }

  /** Calls `punctuator` at `first`, then every `intervalMs`, counted from `first`. */
  schedule(first: number, intervalMs: number, punctuator: (timestamp: number) => void): Cancellable {
    const schedule = { next: first, order: this.#timesSet++, intervalMs, punctuator, cancelled: false };
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
      first.order = this.#timesSet++;
      first.next += (Math.floor((now - first.next) / first.intervalMs) + 1) * first.intervalMs;
      this.#schedules.push(first);
      return true;
    }
    return false;
  }
}
