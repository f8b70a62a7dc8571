import type { ConsumerRecord } from 'tributary/kafka';
import { z } from 'zod';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';
import type { ClosedWindow, WindowTable } from './snapshot.js';

/**
 * The number of windows whose countries are kept: the latest one is shown, and late records may still change the
 * previous one.
 */
const COUNTRY_WINDOWS = 3;
const DISTINCT_WINDOWS = 60;
/** A bound that real data does not reach. Wrong data could make the page grow otherwise. */
const MAX_COUNTRIES = 400;

const time = z.iso.datetime().transform(text => Date.parse(text));
const times = { windowStart: time, windowEnd: time };
const count = z.number().int().nonnegative();

const countryRow = z.object({ ...times, country: z.string(), count: count.nullable() });
const distinctRow = z.object({ ...times, distinctUsers: count.nullable() });
const represented = z.object({ countries: z.array(z.string()), count });
const summaryRow = z.object({
  ...times,
  users: count,
  distinctUsers: count,
  mostRepresented: represented,
  leastRepresented: represented,
});

interface CountryWindow {
  readonly windowEnd: number;
  readonly countries: Map<string, number>;
}

/** The tables of the latest windows, from the output topics. */
export class WindowTables {
  /** By window start. */
  readonly #countries = new Map<number, CountryWindow>();
  readonly #distinct = new Map<number, number>();
  readonly #topics: UsersTopics;
  #closed: ClosedWindow | null = null;

  constructor(topics: UsersTopics = DEFAULT_TOPICS) {
    this.#topics = topics;
  }

  /** Takes the next record of an output topic. Throws if it is not a row of that table. */
  apply({ topic, key, value }: ConsumerRecord): void {
    if (topic === this.#topics.countryCount) {
      if (value === null) this.#deleteCountry(String(key));
      else this.#countCountry(parsed(value));
    } else if (topic === this.#topics.distinctUsers) {
      if (value === null) this.#distinct.delete(Date.parse(String(key)));
      else this.#countDistinct(parsed(value));
    } else if (topic === this.#topics.windowSummary && value !== null) this.#close(parsed(value));
  }

  /** The topic is read again. */
  reset(topic: string): void {
    if (topic === this.#topics.countryCount) this.#countries.clear();
    else if (topic === this.#topics.distinctUsers) this.#distinct.clear();
    else if (topic === this.#topics.windowSummary) this.#closed = null;
  }

  /**
   * The latest window that has not closed and has rows in both tables. null if there is none. The rows of a window come
   * with different commits, so one table alone would be shown beside zeros.
   */
  get latest(): WindowTable | null {
    const closedUntil = this.#closed?.windowStart ?? Number.NEGATIVE_INFINITY;
    const open = [...this.#countries.keys()].filter(start => start > closedUntil && this.#distinct.has(start));
    const windowStart = Math.max(...open);
    const window = this.#countries.get(windowStart);
    if (window === undefined) return null;
    const countries = [...window.countries]
      .map(([country, n]) => ({ country, count: n }))
      .sort((a, b) => b.count - a.count || (a.country < b.country ? -1 : 1));
    return {
      windowStart,
      windowEnd: window.windowEnd,
      users: countries.reduce((sum, row) => sum + row.count, 0),
      distinctUsers: this.#distinct.get(windowStart) ?? 0,
      countries: countries.slice(0, MAX_COUNTRIES),
    };
  }

  /** The latest closed window. null before the first one. */
  get closed(): ClosedWindow | null {
    return this.#closed;
  }

  /** Oldest first: the last 60. */
  get distinctUsers(): readonly { readonly windowStart: number; readonly distinctUsers: number }[] {
    return [...this.#distinct]
      .map(([windowStart, distinctUsers]) => ({ windowStart, distinctUsers }))
      .sort((a, b) => a.windowStart - b.windowStart);
  }

  #countCountry(row: unknown): void {
    const { windowStart, windowEnd, country, count: n } = countryRow.parse(row);
    let window = this.#countries.get(windowStart);
    if (window === undefined) {
      window = { windowEnd, countries: new Map() };
      this.#countries.set(windowStart, window);
    }
    if (n === null) this.#remove(windowStart, country);
    else window.countries.set(country, n);
    keepLatest(this.#countries, COUNTRY_WINDOWS);
  }

  #deleteCountry(key: string): void {
    const at = key.lastIndexOf('@');
    this.#remove(Date.parse(key.slice(at + 1)), key.slice(0, at));
  }

  #remove(windowStart: number, country: string): void {
    const countries = this.#countries.get(windowStart)?.countries;
    countries?.delete(country);
    if (countries?.size === 0) this.#countries.delete(windowStart);
  }

  #countDistinct(row: unknown): void {
    const { windowStart, distinctUsers } = distinctRow.parse(row);
    if (distinctUsers === null) this.#distinct.delete(windowStart);
    else this.#distinct.set(windowStart, distinctUsers);
    keepLatest(this.#distinct, DISTINCT_WINDOWS);
  }

  #close(row: unknown): void {
    const window = summaryRow.parse(row);
    if (this.#closed === null || window.windowStart >= this.#closed.windowStart) this.#closed = window;
  }
}

function parsed(value: Buffer): unknown {
  return JSON.parse(value.toString());
}

function keepLatest(byWindowStart: Map<number, unknown>, count: number): void {
  while (byWindowStart.size > count) byWindowStart.delete(Math.min(...byWindowStart.keys()));
}
