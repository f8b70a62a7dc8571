import type { ConsumerRecord } from '../../streams/index.js';
import type { WindowSummary } from '../../topology/window-summary.js';

/** A user as a test sends it: what cleaning makes of it is known beforehand. */
export interface SentUser {
  readonly email: string;
  readonly country: string;
  readonly gender: string;
  readonly timestamp: number;
}

interface Window {
  users: number;
  readonly emails: Set<string>;
  readonly countries: Map<string, number>;
  readonly genders: Map<string, number>;
}

/** What the output topics must hold in the end, counted without the library. */
export interface ExpectedTables {
  /** `Country@windowStart` to count. */
  readonly countryCount: ReadonlyMap<string, number>;
  /** windowStart to distinct users. */
  readonly distinctUsers: ReadonlyMap<string, number>;
  readonly summaries: readonly WindowSummary[];
}

export function expectedTables(users: readonly SentUser[], windowMs: number): ExpectedTables {
  const windows = new Map<number, Window>();
  for (const { email, country, gender, timestamp } of users) {
    const start = timestamp - (timestamp % windowMs);
    const window = windows.get(start) ?? { users: 0, emails: new Set(), countries: new Map(), genders: new Map() };
    windows.set(start, window);
    window.users++;
    window.emails.add(email);
    window.countries.set(country, (window.countries.get(country) ?? 0) + 1);
    window.genders.set(gender, (window.genders.get(gender) ?? 0) + 1);
  }
  const sorted = [...windows].sort(([a], [b]) => a - b);
  const iso = (time: number): string => new Date(time).toISOString();
  return {
    countryCount: new Map(
      sorted.flatMap(([start, w]) => [...w.countries].map(([c, n]) => [`${c}@${iso(start)}`, n] as const)),
    ),
    distinctUsers: new Map(sorted.map(([start, window]) => [iso(start), window.emails.size])),
    summaries: sorted.map(([start, window]) => {
      const tied = (count: number): string[] =>
        [...window.countries]
          .filter(([, n]) => n === count)
          .map(([c]) => c)
          .sort();
      const most = Math.max(...window.countries.values());
      const least = Math.min(...window.countries.values());
      return {
        windowStart: iso(start),
        windowEnd: iso(start + windowMs),
        users: window.users,
        distinctUsers: window.emails.size,
        mostRepresented: { countries: tied(most), count: most },
        leastRepresented: { countries: tied(least), count: least },
        byGender: Object.fromEntries([...window.genders].sort(([a], [b]) => (a < b ? -1 : 1))),
      };
    }),
  };
}

/** The last value of each key, a field of it. */
export function tableOf(records: readonly ConsumerRecord[], field: string): Map<string, number> {
  const rows = records.map(({ key, value }) => {
    const row = JSON.parse(String(value)) as Record<string, number>;
    return [String(key), row[field] ?? Number.NaN] as const;
  });
  return new Map(rows);
}

/** Of all values. */
export function sum(table: ReadonlyMap<string, number>): number {
  return [...table.values()].reduce((total, count) => total + count, 0);
}
