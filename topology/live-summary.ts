import type { ConsumerRecord } from '../streams/index.js';

interface WindowTable {
  distinctUsers: number;
  readonly countries: Map<string, number>;
}

const TOP = 8;
const BAR_WIDTH = 30;

/** The tables of the latest window, as the output topics have them, for a terminal. */
export class LiveSummary {
  readonly #windows = new Map<string, WindowTable>();
  readonly #summaryTopic: string;
  #closed = 0;

  /** @param summaryTopic has a record for each window that closed */
  constructor(summaryTopic: string) {
    this.#summaryTopic = summaryTopic;
  }

  /** Takes a record of an output topic. True if what `render` gives may have changed. */
  add({ topic, value }: ConsumerRecord): boolean {
    if (value === null) return false;
    if (topic === this.#summaryTopic) {
      this.#closed++;
      return true;
    }
    const row = JSON.parse(value.toString()) as {
      windowStart: string;
      country?: string;
      count?: number;
      distinctUsers?: number;
    };
    const window = this.#windowOf(row.windowStart);
    if (row.country !== undefined) window.countries.set(row.country, row.count ?? 0);
    if (row.distinctUsers !== undefined) window.distinctUsers = row.distinctUsers;
    return true;
  }

  /** Lines for the latest window; none before the first record. */
  render(): string[] {
    const start = [...this.#windows.keys()].sort().at(-1);
    const window = start === undefined ? undefined : this.#windows.get(start);
    if (window === undefined) return [];
    const countries = [...window.countries].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const users = countries.reduce((sum, [, count]) => sum + count, 0);
    const most = countries[0]?.[1] ?? 1;
    return [
      `window ${start}: ${users} users, ${window.distinctUsers} distinct, ${countries.length} countries; ${this.#closed} windows closed`,
      ...countries.slice(0, TOP).map(([country, count]) => {
        const bar = '#'.repeat(Math.max(1, Math.round((count / most) * BAR_WIDTH)));
        return `  ${country.padEnd(20)} ${String(count).padStart(6)} ${bar}`;
      }),
    ];
  }

  #windowOf(start: string): WindowTable {
    let window = this.#windows.get(start);
    if (window === undefined) {
      window = { distinctUsers: 0, countries: new Map() };
      this.#windows.set(start, window);
      // Only the latest one is shown.
      if (this.#windows.size > 2) this.#windows.delete([...this.#windows.keys()].sort()[0] ?? '');
    }
    return window;
  }
}
