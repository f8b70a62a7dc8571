const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

/** When an outage is reported: at once, and while it goes on at intervals that grow from five seconds to a minute. */
export class OutageReports {
  readonly #now: () => number;
  #nextAt: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Called at each failure; true if it is to be reported. */
  isDue(): boolean {
    const now = this.#now();
    if (this.#nextAt !== undefined && now < this.#nextAt) return false;
    this.#nextAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    return true;
  }

  /** The cluster answers: another failure is another outage. */
  end(): void {
    this.#nextAt = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}
