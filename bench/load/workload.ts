import type { InputOptions } from './generated-input.js';
import { COUNTRIES, GeneratedUser, uniform } from './generated-user.js';

export interface WindowResult {
  /** Milliseconds since the epoch. */
  readonly windowStart: number;
  /** Cleaned users with a timestamp in the window. */
  readonly users: number;
  readonly distinctUsers: number;
  /** Users by cleaned country name. */
  readonly countries: ReadonlyMap<string, number>;
}

/** What any right program makes of a workload, computed while it is generated and from what it is generated of. */
export interface WorkloadResult {
  readonly records: number;
  readonly cleaned: number;
  readonly rejected: number;
  /** By window start. */
  readonly windows: readonly WindowResult[];
}

export interface WorkloadRecord {
  /** The email as the cleaning makes it, null where the record has none. */
  readonly key: string | null;
  readonly value: string;
  /** Milliseconds since the epoch; never less than that of the record before. */
  readonly timestamp: number;
}

export interface WorkloadOptions extends InputOptions {
  /** How many of a hundred good records have the email of an earlier one, from anywhere in the span before. */
  readonly repeatedPercent: number;
  /** How many of a hundred records the cleaning must reject. */
  readonly badPercent: number;
}

/** Emails repeat once there are so many to choose from. Where all records repeat, there are no others. */
export const LEAST_EMAILS = 1_000;

/** A run of users in the order of their event time, the same for the same options. */
export class Workload implements Iterable<WorkloadRecord> {
  readonly #options: WorkloadOptions;
  readonly #windows: WindowResult[] = [];
  /** The users that have been in a good record are numbered from 0 to one less. */
  #emails = 0;
  #cleaned = 0;
  #rejected = 0;
  #window: { start: number; users: number; readonly seen: Set<number>; readonly countries: Uint32Array } | undefined;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  /** Once; `result` is complete after it. */
  *[Symbol.iterator](): Iterator<WorkloadRecord> {
    const { records, seed, start, spanMs } = this.#options;
    const badShare = this.#options.badPercent / 100;
    const repeatedShare = this.#options.repeatedPercent / 100;
    const draw = uniform(seed);
    for (let number = 0; number < records; number++) {
      const timestamp = start + Math.floor((number * spanMs) / records);
      if (draw() < badShare) {
        this.#rejected++;
        yield this.#bad(timestamp, draw());
      } else {
        const repeats = this.#emails >= LEAST_EMAILS && draw() < repeatedShare;
        yield this.#clean(repeats ? Math.floor(draw() * this.#emails) : this.#emails++, timestamp);
      }
    }
    this.#closeWindow();
  }

  get result(): WorkloadResult {
    return {
      records: this.#cleaned + this.#rejected,
      cleaned: this.#cleaned,
      rejected: this.#rejected,
      windows: this.#windows,
    };
  }

  #clean(number: number, timestamp: number): WorkloadRecord {
    this.#cleaned++;
    const user = new GeneratedUser(number, this.#options.seed);
    this.#count(number, user.country, timestamp);
    return { key: user.email, value: user.json(user.ipAddress, user.date), timestamp };
  }

  #bad(timestamp: number, kind: number): WorkloadRecord {
    const user = new GeneratedUser(this.#emails, this.#options.seed);
    const { email: key, ipAddress, date } = user;
    if (kind < 0.4) return { key, value: user.json('256.1.1.1', date), timestamp };
    if (kind < 0.8) return { key, value: user.json(ipAddress, '31/02/2018'), timestamp };
    return { key: null, value: user.json(ipAddress, date).slice(0, -2), timestamp };
  }

  #count(user: number, country: number, timestamp: number): void {
    const start = timestamp - (timestamp % this.#options.windowMs);
    if (this.#window?.start !== start) {
      this.#closeWindow();
      this.#window = { start, users: 0, seen: new Set(), countries: new Uint32Array(COUNTRIES.length) };
    }
    this.#window.users++;
    this.#window.seen.add(user);
    this.#window.countries[country] = (this.#window.countries[country] ?? 0) + 1;
  }

  #closeWindow(): void {
    const window = this.#window;
    if (window === undefined) return;
    this.#windows.push({
      windowStart: window.start,
      users: window.users,
      distinctUsers: window.seen.size,
      countries: new Map(
        COUNTRIES.map((name, index) => [name, window.countries[index] ?? 0] as const).filter(([, count]) => count > 0),
      ),
    });
    this.#window = undefined;
  }
}
