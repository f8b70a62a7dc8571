import type { Aggregation, Serde, Windowed } from '../streams/index.js';
import type { User } from './user.js';

/** What a user adds to the summary of its window. */
export interface Sighting {
  /** Absent for a sighting that only tells that the user is a new one. */
  readonly country?: string;
  readonly gender?: string;
  /** The first one of this user in its window. */
  readonly first: boolean;
}

/** The summary of a window in the making. */
export interface SummaryInProgress {
  users: number;
  distinctUsers: number;
  readonly countries: Map<string, number>;
  readonly genders: Map<string, number>;
}

export interface Represented {
  /** All that share the count, sorted. */
  readonly countries: readonly string[];
  readonly count: number;
}

/** The value of the topic `window-summary`. Times are ISO 8601 in UTC. */
export interface WindowSummary {
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly users: number;
  readonly distinctUsers: number;
  readonly mostRepresented: Represented;
  readonly leastRepresented: Represented;
  readonly byGender: Readonly<Record<string, number>>;
}

/** Any text may come as gender; a long one is none, so that the summary of a window stays small. */
const MAX_GENDER_LENGTH = 50;

export function sighting({ country, gender }: User): Sighting {
  const known = typeof gender === 'string' && gender !== '' && gender.length <= MAX_GENDER_LENGTH;
  return { country, gender: known ? gender : 'Unknown', first: false };
}

export const summarize: Aggregation<string, Sighting, SummaryInProgress> = {
  initializer: () => ({ users: 0, distinctUsers: 0, countries: new Map(), genders: new Map() }),
  aggregator(_key, { country, gender, first }, summary) {
    if (first) summary.distinctUsers++;
    if (country === undefined) return summary;
    summary.users++;
    add(summary.countries, country, 1);
    if (gender !== undefined) add(summary.genders, gender, 1);
    return summary;
  },
  merger(_key, left, right) {
    left.users += right.users;
    left.distinctUsers += right.distinctUsers;
    for (const [country, count] of right.countries) add(left.countries, country, count);
    for (const [gender, count] of right.genders) add(left.genders, gender, count);
    return left;
  },
};

/** JSON; countries and genders as pairs, because they are data and may be called like anything. */
export const summarySerde: Serde<SummaryInProgress> = {
  serialize({ users, distinctUsers, countries, genders }) {
    return Buffer.from(JSON.stringify({ users, distinctUsers, countries: [...countries], genders: [...genders] }));
  },
  deserialize(bytes) {
    const { users, distinctUsers, countries, genders } = JSON.parse(bytes.toString()) as {
      users: number;
      distinctUsers: number;
      countries: [string, number][];
      genders: [string, number][];
    };
    return { users, distinctUsers, countries: new Map(countries), genders: new Map(genders) };
  },
};

export function windowSummary({ window }: Windowed<unknown>, summary: SummaryInProgress): WindowSummary {
  const counts = [...summary.countries.values()];
  return {
    ...windowTimes(window),
    users: summary.users,
    distinctUsers: summary.distinctUsers,
    mostRepresented: representedBy(summary.countries, Math.max(0, ...counts)),
    leastRepresented: representedBy(summary.countries, counts.length === 0 ? 0 : Math.min(...counts)),
    byGender: Object.fromEntries([...summary.genders].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

export function windowTimes({ start, end }: { readonly start: number; readonly end: number }): {
  readonly windowStart: string;
  readonly windowEnd: string;
} {
  return { windowStart: isoTime(start), windowEnd: isoTime(end) };
}

/** ISO 8601 in UTC with milliseconds. */
export function isoTime(timestamp: number): string {
  return new Date(timestamp).toISOString();
}

function representedBy(countries: ReadonlyMap<string, number>, count: number): Represented {
  const tied = [...countries].filter(([, n]) => n === count).map(([country]) => country);
  return { countries: tied.sort(), count };
}

function add(counts: Map<string, number>, name: string, n: number): void {
  counts.set(name, (counts.get(name) ?? 0) + n);
}
