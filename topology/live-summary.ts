import type { ConsumerRecord } from 'tributary';
import type { UsersTopics } from '../command/users-topics.js';
import { RejectionCounts } from './rejection-counts.js';

interface WindowTable {
  distinctUsers: number;
  readonly countries: Map<string, number>;
}

const TOP = 8;
const BAR_WIDTH = 30;

/** The tables of the latest window, from the output topics, for a terminal. */
export class LiveSummary {
  readonly #windows = new Map<string, WindowTable>();
  readonly #topics: UsersTopics;
  readonly #rejections = new RejectionCounts();
  /** Starts of the windows that have closed. */
  readonly #closed = new Set<string>();

  constructor(topics: UsersTopics) {
    this.#topics = topics;
  }

  /** Takes a record of an output topic. True if the result of `render` may have changed. */
  add(record: ConsumerRecord): boolean {
    const { topic, value } = record;
    if (topic === this.#topics.rejected) {
      this.#rejections.add(record);
      return true;
    }
    if (value === null) return false;
    if (topic === this.#topics.windowSummary) {
      this.#closed.add((JSON.parse(value.toString()) as { windowStart: string }).windowStart);
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

  /**
   * Lines for the latest window with rows in both tables, and for the rejected records. None before that. The rows of a
   * window come with different commits, so one table alone would be shown beside zeros.
   */
  render(): string[] {
    const [start, window] = this.#latest ?? [];
    if (start === undefined || window === undefined) return [];
    const countries = [...window.countries].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const users = countries.reduce((sum, [, count]) => sum + count, 0);
    const most = countries[0]?.[1] ?? 1;
    return [
      `window ${start}${this.#closed.has(start) ? ' (closed)' : ''}: ${counted(users, 'user', 'users')}, ${window.distinctUsers} distinct, ` +
        `${counted(countries.length, 'country', 'countries')}; ${counted(this.#closed.size, 'window', 'windows')} closed`,
      ...countries.slice(0, TOP).map(([country, count]) => {
        const bar = '#'.repeat(Math.max(1, Math.round((count / most) * BAR_WIDTH)));
        return `  ${country.padEnd(20)} ${String(count).padStart(6)} ${bar}`;
      }),
      ...this.#rejected,
    ];
  }

  get #latest(): readonly [start: string, window: WindowTable] | undefined {
    return [...this.#windows]
      .filter(([, { countries, distinctUsers }]) => countries.size > 0 && distinctUsers > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .at(-1);
  }

  get #rejected(): string[] {
    const { total, byReason } = this.#rejections;
    if (total === 0) return [];
    const rows = byReason.slice(0, TOP).map(([reason, count]) => `  ${String(count).padStart(6)} ${reason}`);
    return [`${counted(total, 'user', 'users')} rejected`, ...rows];
  }

  #windowOf(start: string): WindowTable {
    let window = this.#windows.get(start);
    if (window === undefined) {
      window = { distinctUsers: 0, countries: new Map() };
      this.#windows.set(start, window);
      // Only the latest window is shown.
      if (this.#windows.size > 2) this.#windows.delete([...this.#windows.keys()].sort()[0] ?? '');
    }
    return window;
  }
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
