import type { Aggregation, Serde, Windowed } from 'tributary';
import { hasUnpairedSurrogate } from './clean/unpaired-surrogate.js';
import { LeadingCounts, type LeadingCountsJson } from './leading-counts.js';
import type { User } from './user.js';

/** A row of a table of a closed window: the users of one country or gender, or the distinct users. */
export type FinalCount =
  | { readonly of: 'country' | 'gender'; readonly name: string; readonly count: number }
  | { readonly of: 'distinctUsers'; readonly count: number };

/** The summary of a window, while it is made. */
export interface SummaryInProgress {
  users: number;
  distinctUsers: number;
  /** Countries that share the highest count so far. */
  most: LeadingCounts;
  /** Countries that share the lowest count so far. */
  least: LeadingCounts;
  readonly genders: LeadingCounts;
}

export interface Represented {
  /** All countries with this count, sorted. If they do not have room, the first ones. */
  readonly countries: readonly string[];
  /** How many more have this count. Absent: none. */
  readonly more?: number;
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
  /** If there are more genders than have room, the most frequent ones. */
  readonly byGender: Readonly<Record<string, number>>;
  /** The number of genders that are not in `byGender`, and of their users. Absent: none. */
  readonly otherGenders?: { readonly genders: number; readonly users: number };
}

/** Any text may come as gender. A long one counts as none, so that its row stays small. */
const MAX_GENDER_LENGTH = 50;

export function genderOf({ gender }: User): string {
  const known = typeof gender === 'string' && gender !== '' && gender.length <= MAX_GENDER_LENGTH;
  return known && !hasUnpairedSurrogate(gender) ? gender : 'Unknown';
}

/**
 * Each country and each gender of a window comes once. So countries between the highest and the lowest count are not
 * needed.
 */
export const summarize: Aggregation<string, FinalCount, SummaryInProgress> = {
  initializer: () => ({
    users: 0,
    distinctUsers: 0,
    most: new LeadingCounts(),
    least: new LeadingCounts(),
    genders: new LeadingCounts(),
  }),
  aggregator(_key, final, summary) {
    switch (final.of) {
      case 'distinctUsers':
        summary.distinctUsers += final.count;
        return summary;
      case 'gender':
        summary.genders.add(final.name, final.count);
        return summary;
      case 'country':
        summary.users += final.count;
        summary.most = higher(summary.most, LeadingCounts.of(final.name, final.count));
        summary.least = lower(summary.least, LeadingCounts.of(final.name, final.count));
        return summary;
    }
  },
  combiner(_key, left, right) {
    left.users += right.users;
    left.distinctUsers += right.distinctUsers;
    left.most = higher(left.most, right.most);
    left.least = lower(left.least, right.least);
    left.genders.addAll(right.genders);
    return left;
  },
};

/**
 * Of two lists of countries with one count, the list with the higher count, or both together if the counts are equal.
 */
function higher(left: LeadingCounts, right: LeadingCounts): LeadingCounts {
  if (left.highest !== right.highest) return left.highest > right.highest ? left : right;
  left.addAll(right);
  return left;
}

/** The same for the lower count. An empty list has no count. */
function lower(left: LeadingCounts, right: LeadingCounts): LeadingCounts {
  if (left.highest === 0 || right.highest === 0) return left.highest === 0 ? right : left;
  if (left.highest !== right.highest) return left.highest < right.highest ? left : right;
  left.addAll(right);
  return left;
}

interface SummaryJson {
  readonly users: number;
  readonly distinctUsers: number;
  readonly most: LeadingCountsJson;
  readonly least: LeadingCountsJson;
  readonly genders: LeadingCountsJson;
}

export const summarySerde: Serde<SummaryInProgress> = {
  serialize(summary) {
    return Buffer.from(JSON.stringify(summary));
  },
  deserialize(bytes) {
    const { most, least, genders, ...counts } = JSON.parse(bytes.toString()) as SummaryJson;
    return {
      ...counts,
      most: LeadingCounts.fromJSON(most),
      least: LeadingCounts.fromJSON(least),
      genders: LeadingCounts.fromJSON(genders),
    };
  },
};

export function windowSummary({ window }: Windowed<unknown>, summary: SummaryInProgress): WindowSummary {
  const { names, users } = summary.genders.leftOut;
  return {
    ...windowTimes(window),
    users: summary.users,
    distinctUsers: summary.distinctUsers,
    mostRepresented: represented(summary.most),
    leastRepresented: represented(summary.least),
    byGender: Object.fromEntries([...summary.genders.entries].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(names === 0 ? {} : { otherGenders: { genders: names, users } }),
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

function represented(countries: LeadingCounts): Represented {
  const { names } = countries.leftOut;
  return {
    countries: countries.entries.map(([country]) => country),
    ...(names === 0 ? {} : { more: names }),
    count: countries.highest,
  };
}
