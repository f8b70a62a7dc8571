import { NEVER } from '../../time/time.js';

/**
 * Bounds of the sessions of a store, which limit where a search looks. The groups of a `cogroup` share one store, and
 * each finds the sessions of the others, so they share the bounds too.
 */
export class SessionReach {
  #latestEnd = NEVER;
  #longestMs = 0;

  /** The length of the longest session so far. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** No session ends later than the stream time of a group. */
  observeTime(streamTime: number): void {
    if (streamTime > this.#latestEnd) this.#latestEnd = streamTime;
  }

  observeLength(ms: number): void {
    if (ms > this.#longestMs) this.#longestMs = ms;
  }

  /** No session that starts at `latestStart` or earlier ends later. */
  latestEnd(latestStart: number): number {
    return Math.min(this.#latestEnd, latestStart + this.#longestMs);
  }
}
