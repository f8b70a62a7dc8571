import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { type CleanedUser, cleanedUser } from './cleaned-user.js';

/** A record that must be in `user-cleaned`. */
export interface ExpectedUser extends CleanedUser {
  readonly timestamp: number;
  /** Its input had the email as key. If not, it may leave its partition, and its place among others there. */
  readonly keyed: boolean;
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

export interface TruthOptions {
  readonly windowMs: number;
  readonly graceMs: number;
  /** Records with timestamps above must be rejected, milliseconds since the epoch; none if not given. */
  readonly believedUpTo?: number;
}

/**
 * What must come of the input, counted from what is in the topic `user` by code that shares nothing with the library or the
 * application. A user is late if its window, with its grace, had ended at a timestamp before it in its partition. Silence may make none
 * late. In the end every window is closed.
 */
export class Truth {
  readonly #options: TruthOptions;
  /** The highest timestamp of each partition. */
  readonly #times = new Map<number, number>();
  readonly #windows = new Map<number, WindowTally>();
  readonly #cleaned = new Map<number, ExpectedUser[]>();
  readonly #rejected = new Map<string, ExpectedRejection>();
  #produced = 0;
  #forgotten = 0;
  #late = 0;

  constructor(options: TruthOptions) {
    this.#options = options;
  }

  /** The next record of its partition. */
  add({ partition, offset, key, value, timestamp }: ConsumerRecord): void {
    this.#produced++;
    // One without a timestamp has no place in event time.
    const isBelieved = timestamp >= 0 && timestamp <= (this.#options.believedUpTo ?? Number.POSITIVE_INFINITY);
    const time = this.#times.get(partition) ?? timestamp;
    if (isBelieved) this.#times.set(partition, Math.max(time, timestamp));
    const user = isBelieved ? cleanedUser(value) : undefined;
    if (user === undefined) {
      this.#rejected.set(`${partition}@${offset}`, { key, value });
      return;
    }
    const cleaned = this.#cleaned.get(partition) ?? [];
    this.#cleaned.set(partition, cleaned);
    cleaned.push({ ...user, timestamp, keyed: key?.toString() === user.email });
    const { windowMs, graceMs } = this.#options;
    const start = Math.floor(timestamp / windowMs) * windowMs;
    if (start + windowMs + graceMs <= time) this.#late++;
    else this.#tally(user, start);
  }

  #tally({ email, country, gender }: CleanedUser, start: number): void {
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

  /** What was rejected of the input before these offsets, by partition, is not there any more. Returns how many that are. */
  forgetRejected(before: ReadonlyMap<number, number>): number {
    for (const source of [...this.#rejected.keys()]) {
      const [partition = 0, offset = 0] = source.split('@').map(Number);
      if (offset < (before.get(partition) ?? 0)) this.#forgotten += this.#rejected.delete(source) ? 1 : 0;
    }
    return this.#forgotten;
  }

  get produced(): number {
    return this.#produced;
  }

  /** Users that are cleaned, and in no window. */
  get late(): number {
    return this.#late;
  }

  /** How many records were to be rejected in all. */
  get rejections(): number {
    return this.#rejected.size + this.#forgotten;
  }

  /** How many records must be in `user-cleaned`. */
  get users(): number {
    return this.#produced - this.rejections;
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
      windowEnd: iso(start + this.#options.windowMs),
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
