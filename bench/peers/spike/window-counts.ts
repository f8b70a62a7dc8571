/** The counts of one window, and which of them changed since the last commit. */
export interface WindowCounts {
  readonly start: number;
  readonly countries: Map<string, number>;
  readonly changedCountries: Set<string>;
  readonly emails: Set<string>;
  hasNewEmails: boolean;
}

/**
 * Counts users by country and distinct emails in windows, in memory. A window is forgotten once all partitions are past
 * its end: within a partition the timestamps of the input never go back.
 */
export class WindowTable {
  readonly #windowMs: number;
  readonly #partitions: number;
  readonly #windows = new Map<number, WindowCounts>();
  readonly #times = new Map<number, number>();

  constructor(windowMs: number, partitions: number) {
    this.#windowMs = windowMs;
    this.#partitions = partitions;
  }

  add(partition: number, timestamp: number, country: string, email: string): void {
    this.#times.set(partition, timestamp);
    const start = timestamp - (timestamp % this.#windowMs);
    let window = this.#windows.get(start);
    if (window === undefined) {
      window = { start, countries: new Map(), changedCountries: new Set(), emails: new Set(), hasNewEmails: false };
      this.#windows.set(start, window);
    }
    window.countries.set(country, (window.countries.get(country) ?? 0) + 1);
    window.changedCountries.add(country);
    const distinct = window.emails.size;
    window.emails.add(email);
    if (window.emails.size !== distinct) window.hasNewEmails = true;
  }

  /** Calls `visit` with each window that there is, forgets its changes, and forgets the windows that are over. */
  commit(visit: (window: WindowCounts) => void): void {
    const time = this.#times.size < this.#partitions ? Number.NEGATIVE_INFINITY : Math.min(...this.#times.values());
    for (const window of this.#windows.values()) {
      visit(window);
      window.changedCountries.clear();
      window.hasNewEmails = false;
      if (window.start + this.#windowMs <= time) this.#windows.delete(window.start);
    }
  }
}
