import { SIZE_MS, type Summary, type Totals, type Visit } from './pipeline.js';

export interface TimedVisit extends Visit {
  readonly timestamp: number;
}

/** What the topics must hold in the end, counted from the input alone. */
export interface Truth {
  readonly clean: readonly TimedVisit[];
  readonly bad: readonly TimedVisit[];
  readonly countryCount: ReadonlyMap<string, number>;
  /** The highest timestamp of each row of `countryCount`. */
  readonly countryLatest: ReadonlyMap<string, number>;
  readonly hoppingCount: ReadonlyMap<string, number>;
  readonly visitorsByCountry: ReadonlyMap<string, number>;
  readonly visitsByWho: ReadonlyMap<string, number>;
  readonly visitsEver: ReadonlyMap<string, number>;
  /** `who@windowStart`. */
  readonly newcomers: ReadonlySet<string>;
  readonly summary: ReadonlyMap<string, Summary>;
  readonly totals: ReadonlyMap<string, Totals>;
}

export function truthOf(input: readonly TimedVisit[]): Truth {
  const clean = input.filter(({ bad }) => !bad);
  const starts = [...new Set(clean.map(({ timestamp }) => windowStart(timestamp)))];
  const countryLatest = new Map<string, number>();
  for (const { country, timestamp } of clean) {
    const row = `${country}@${windowStart(timestamp)}`;
    countryLatest.set(row, Math.max(timestamp, countryLatest.get(row) ?? 0));
  }
  const summary = new Map<string, Summary>();
  const totals = new Map<string, Totals>();
  for (const start of starts) {
    const inside = clean.filter(({ timestamp }) => windowStart(timestamp) === start);
    const visitors = new Set(inside.map(({ who }) => who)).size;
    summary.set(`all@${start}`, { visits: inside.length, visitors });
    const countries = new Set(inside.map(({ country }) => country)).size;
    totals.set(`all@${start}`, { countries, visits: inside.length });
  }
  return {
    clean,
    bad: input.filter(({ bad }) => bad),
    countryCount: countBy(clean.map(({ country, timestamp }) => `${country}@${windowStart(timestamp)}`)),
    countryLatest,
    hoppingCount: countBy(
      clean.flatMap(({ country, timestamp }) => hoppingStarts(timestamp).map(start => `${country}@${start}`)),
    ),
    visitorsByCountry: countBy(
      new Set(clean.map(({ who, country, timestamp }) => `${country}@${windowStart(timestamp)} ${who}`)),
      entry => entry.slice(0, entry.indexOf(' ')),
    ),
    visitsByWho: countBy(clean.map(({ who, timestamp }) => `${who}@${windowStart(timestamp)}`)),
    visitsEver: countBy(clean.map(({ who }) => who)),
    newcomers: new Set(clean.map(({ who, timestamp }) => `${who}@${windowStart(timestamp)}`)),
    summary,
    totals,
  };
}

export function windowStart(timestamp: number): number {
  return timestamp - (timestamp % SIZE_MS);
}

function hoppingStarts(timestamp: number): number[] {
  const latest = timestamp - (timestamp % (SIZE_MS / 2));
  return [latest - SIZE_MS / 2, latest];
}

function countBy(items: Iterable<string>, key: (item: string) => string = item => item): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
