const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

/** When to report an outage: at once, and then at intervals that grow from five seconds to a minute. */
export class OutageReports {
  readonly #now: () => number;
  #nextAt: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Call it at each failure. True if the failure is to be reported. */
  isDue(): boolean {
    const now = this.#now();
    if (this.#nextAt !== undefined && now < this.#nextAt) return false;
    this.#nextAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    return true;
  }

  /** The cluster answers. The next failure is another outage. */
  end(): void {
    this.#nextAt = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}
