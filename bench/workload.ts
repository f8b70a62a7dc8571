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

export interface WorkloadOptions {
  readonly users: number;
  readonly seed: number;
  /** Event time of the first record, milliseconds since the epoch. */
  readonly start: number;
  /** Event time between the first record and the end. */
  readonly spanMs: number;
  readonly windowMs: number;
}

const DIRTY_SHARE = 0.01;
const DUPLICATE_SHARE = 0.01;
/** A duplicate repeats one of so many users before it, so that most lie in the same window and some in the one before. */
const DUPLICATE_REACH = 20_000;

const FIRST_NAMES = 'Barthel Loy Wilhelm Megen Ada Chidi Yuki Noor Mateo Ines Otto Freya Tariq Ling Anya Kofi'.split(
  ' ',
);
const LAST_NAMES = 'Kittel Drain Bacchus Paynton Okafor Tanaka Haddad Vega Lund Weiss Sato Mbeki Rossi Novak'.split(
  ' ',
);
const DOMAINS = ['printfriendly.com', 'earthlink.net', 'example.org', 'mail.example.com', 'uni.example.edu'];
const GENDERS = ['Male', 'Female'];
/** The first ones are drawn more often, as in the world. Their words begin with a capital: the cleaned form. */
const COUNTRIES = [
  ...'China|Indonesia|Russia|Philippines|Brazil|France|Sweden|Portugal|Poland|United States|Japan|Colombia'.split('|'),
  ...'Argentina|Peru|Czech Republic|Ukraine|Greece|Thailand|Canada|Mexico|Nigeria|Vietnam|Finland|Serbia'.split('|'),
  ...'South Africa|Germany|Norway|Kazakhstan|Tanzania|Iran|Egypt|Ireland|Spain|Morocco|Croatia|Cuba|Chile'.split('|'),
  ...'Mongolia|Uganda|Honduras|Ecuador|Malaysia|Bulgaria|Kenya|Sri Lanka|Ghana|Zambia|Nepal|Oman|Yemen'.split('|'),
  ...'New Zealand|Costa Rica|Burkina Faso|El Salvador|North Korea|South Korea|Saudi Arabia|Latvia|Malta'.split('|'),
  ...'Albania|Armenia|Belarus|Bolivia|Botswana|Cameroon|Cyprus|Denmark|Estonia|Ethiopia|Fiji|Gabon|Guinea'.split('|'),
  ...'Haiti|Hungary|Iceland|India|Israel|Italy|Jamaica|Jordan|Kuwait|Laos|Lebanon|Liberia|Libya|Lithuania'.split('|'),
];

/** Uniform numbers in [0, 1) by a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** A run of users in the order of their event time: some 1% dirty, some 1% duplicates, the same for the same options. */
export class Workload implements Iterable<WorkloadRecord> {
  readonly #options: WorkloadOptions;
  readonly #windows: WindowResult[] = [];
  #cleaned = 0;
  #rejected = 0;
  #window: { start: number; users: number; readonly seen: Set<number>; readonly countries: Uint32Array } | undefined;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  /** Once; `result` is complete after it. */
  *[Symbol.iterator](): Iterator<WorkloadRecord> {
    const { users, seed, start, spanMs } = this.#options;
    const draw = uniform(seed);
    for (let number = 0; number < users; number++) {
      const timestamp = start + Math.floor((number * spanMs) / users);
      const kind = draw();
      if (kind < DIRTY_SHARE) {
        this.#rejected++;
        yield this.#dirty(number, timestamp, draw());
      } else {
        const repeats = kind < DIRTY_SHARE + DUPLICATE_SHARE && number > 0;
        const back = repeats ? 1 + Math.floor(draw() * Math.min(number, DUPLICATE_REACH)) : 0;
        yield this.#clean(number - back, timestamp);
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

  #clean(user: number, timestamp: number): WorkloadRecord {
    this.#cleaned++;
    const profile = new Profile(user, this.#options.seed);
    this.#count(user, profile.country, timestamp);
    return { key: profile.email, value: profile.json(profile.ipAddress, profile.date), timestamp };
  }

  #dirty(user: number, timestamp: number, kind: number): WorkloadRecord {
    const profile = new Profile(user, this.#options.seed);
    const { email: key, ipAddress, date } = profile;
    if (kind < 0.4) return { key, value: profile.json('256.1.1.1', date), timestamp };
    if (kind < 0.8) return { key, value: profile.json(ipAddress, '31/02/2018'), timestamp };
    return { key: null, value: profile.json(ipAddress, date).slice(0, -2), timestamp };
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

/** All that is known of one user, the same each time for the same seed. */
class Profile {
  readonly email: string;
  /** Index of the country. */
  readonly country: number;
  readonly ipAddress: string;
  readonly date: string;
  readonly #user: number;
  readonly #firstName: string;
  readonly #lastName: string;
  readonly #gender: string;
  readonly #writtenEmail: string;
  readonly #writtenCountry: string;

  constructor(user: number, seed: number) {
    const draw = uniform(Math.imul(user + 1, 0x9e3779b1) ^ seed);
    const pick = (choices: readonly string[]) => choices[Math.floor(draw() * choices.length)] ?? '';
    const byte = () => Math.floor(draw() * 256);
    this.#user = user;
    this.#firstName = pick(FIRST_NAMES);
    this.#lastName = pick(LAST_NAMES);
    this.#gender = pick(GENDERS);
    const address = `${this.#firstName}.${this.#lastName}${user}@${pick(DOMAINS)}`;
    this.email = address.toLowerCase();
    this.#writtenEmail = draw() < 0.2 ? ` ${address}` : this.email;
    this.country = Math.floor(draw() ** 2 * COUNTRIES.length);
    this.#writtenCountry = written(COUNTRIES[this.country] ?? '', draw());
    this.ipAddress = `${byte()}.${byte()}.${byte()}.${byte()}`;
    // The one form of dates that every peer reads.
    this.date = `${two(1 + Math.floor(draw() * 28))}/${two(1 + Math.floor(draw() * 12))}/${2010 + Math.floor(draw() * 15)}`;
  }

  json(ipAddress: string, date: string): string {
    return (
      `{"id":${this.#user + 1},"first_name":"${this.#firstName}","last_name":"${this.#lastName}",` +
      `"email":"${this.#writtenEmail}","gender":"${this.#gender}","ip_address":"${ipAddress}",` +
      `"date":"${date}","country":"${this.#writtenCountry}"}`
    );
  }
}

function written(country: string, choice: number): string {
  if (choice < 0.7) return country;
  if (choice < 0.8) return country.toLowerCase();
  if (choice < 0.9) return country.toUpperCase();
  return ` ${country} `;
}
