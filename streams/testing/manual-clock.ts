import type { Clock } from '../kafka/ports.js';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Moves the clock forward. */
  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }
}
