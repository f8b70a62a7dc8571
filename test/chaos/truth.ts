import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { type CleanedUser, cleanedUser } from './cleaned-user.js';

/** A record that must be in `user-cleaned`, in the partition that its input is in. */
export interface ExpectedUser extends CleanedUser {
  readonly timestamp: number;
}

/** A record that must be in `user-rejected`. */
export interface ExpectedRejection {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export interface ExpectedSummary {
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly users: number;
  readonly distinctUsers: number;
  readonly mostRepresented: { readonly countries: readonly string[]; readonly count: number };
  readonly leastRepresented: { readonly countries: readonly string[]; readonly count: number };
  readonly byGender: Readonly<Record<string, number>>;
}

interface WindowTally {
  users: number;
  readonly emails: Set<string>;
  readonly countries: Map<string, number>;
  readonly genders: Map<string, number>;
}

/**
 * What must come of the input, counted from what is in the topic `user` by code that shares nothing with the library or the
 * application. No record may be late, and in the end every window is closed.
 */
export class Truth {
  readonly #windowMs: number;
  readonly #windows = new Map<number, WindowTally>();
  readonly #cleaned = new Map<number, ExpectedUser[]>();
  readonly #rejected = new Map<string, ExpectedRejection>();
  #produced = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The next record of its partition. */
  add({ partition, offset, key, value, timestamp }: ConsumerRecord): void {
    this.#produced++;
    const user = cleanedUser(value);
    if (user === undefined) {
      this.#rejected.set(`${partition}@${offset}`, { key, value });
      return;
    }
    const cleaned = this.#cleaned.get(partition) ?? [];
    this.#cleaned.set(partition, cleaned);
    cleaned.push({ ...user, timestamp });
    this.#tally(user, timestamp);
  }

  #tally({ email, country, gender }: CleanedUser, timestamp: number): void {
    const start = Math.floor(timestamp / this.#windowMs) * this.#windowMs;
    let window = this.#windows.get(start);
    if (window === undefined) {
      window = { users: 0, emails: new Set(), countries: new Map(), genders: new Map() };
      this.#windows.set(start, window);
    }
    window.users++;
    window.emails.add(email);
    window.countries.set(country, (window.countries.get(country) ?? 0) + 1);
    window.genders.set(gender, (window.genders.get(gender) ?? 0) + 1);
  }

  get produced(): number {
    return this.#produced;
  }

  /** By partition, in the order of their offsets. */
  get cleaned(): ReadonlyMap<number, readonly ExpectedUser[]> {
    return this.#cleaned;
  }

  /** By the partition and offset of what was rejected, `0@17`. */
  get rejected(): ReadonlyMap<string, ExpectedRejection> {
    return this.#rejected;
  }

  /** By `Country@windowStart`. */
  get countryCount(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (const [start, { countries }] of this.#windows) {
      for (const [country, count] of countries) rows.set(`${country}@${iso(start)}`, count);
    }
    return rows;
  }

  /** By windowStart. */
  get distinctUsers(): ReadonlyMap<string, number> {
    return new Map([...this.#windows].map(([start, { emails }]) => [iso(start), emails.size]));
  }

  /** By windowStart. */
  get summaries(): ReadonlyMap<string, ExpectedSummary> {
    return new Map([...this.#windows].map(([start, window]) => [iso(start), this.#summary(start, window)]));
  }

  #summary(start: number, { users, emails, countries, genders }: WindowTally): ExpectedSummary {
    const sizes = [...countries.values()].sort((a, b) => a - b);
    const having = (count: number): ExpectedSummary['mostRepresented'] => ({
      countries: [...countries.keys()].filter(country => countries.get(country) === count).sort(),
      count,
    });
    return {
      windowStart: iso(start),
      windowEnd: iso(start + this.#windowMs),
      users,
      distinctUsers: emails.size,
      mostRepresented: having(sizes.at(-1) ?? 0),
      leastRepresented: having(sizes[0] ?? 0),
      byGender: Object.fromEntries(genders),
    };
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
