import { randomCountry } from './countries.js';
import { FEMALE_NAMES, LAST_NAMES, MALE_NAMES } from './names.js';
import { Random } from './random.js';

export interface User {
  readonly id: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly gender: 'Female' | 'Male';
  readonly ip_address: string;
  /** dd/MM/yyyy */
  readonly date: string;
  readonly country: string;
}

/**
 * The number of users of each kind in 100 consecutive users. The numbers are exact in every block of 100, in a random
 * order.
 *
 * The first five kinds can't be cleaned and must be rejected: 5%. The others are accepted. A duplicate has the email of
 * an earlier accepted user, half of them in another spelling.
 */
export const USERS_OF_100 = {
  wrongIp: 1,
  impossibleDate: 1,
  emailWithoutAt: 1,
  emptyCountry: 1,
  missingField: 1,
  duplicateEmail: 5,
  untidyCountry: 2,
  otherDateFormat: 2,
  clean: 86,
} as const;

export type UserKind = keyof typeof USERS_OF_100;

export interface GeneratedUser {
  readonly kind: UserKind;
  readonly user: Readonly<Partial<User>>;
}

const KINDS = (Object.keys(USERS_OF_100) as UserKind[]).flatMap(kind =>
  new Array<UserKind>(USERS_OF_100[kind]).fill(kind),
);
const DOMAINS = ['example.com', 'example.org', 'example.net', 'mail.example', 'post.example', 'uni.example'];
const REMEMBERED_EMAILS = 10_000;
const FIRST_DAY = Date.UTC(2023, 0, 1);
const DAYS = 1000;
const DAY_MS = 86_400_000;

/** Sample users, a little messy (`USERS_OF_100`). The same seed gives the same users. */
export class UserGenerator {
  readonly #random: Random;
  readonly #emails: string[] = [];
  #kinds: UserKind[] = [];
  #id = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(): GeneratedUser {
    const kind = this.#nextKind();
    this.#id += 1;
    const user = this.#cleanUser(this.#id);
    const generated = { kind, user: this.#mess(kind, user) };
    if (isKept(kind) && kind !== 'duplicateEmail') this.#remember(user.email);
    return generated;
  }

  #nextKind(): UserKind {
    const next = this.#kinds.pop();
    if (next !== undefined) return next;
    this.#kinds = this.#random.shuffle(KINDS);
    // A duplicate needs an earlier user.
    const clean = this.#kinds.indexOf('clean');
    const last = this.#kinds.length - 1;
    if (this.#id === 0) [this.#kinds[clean], this.#kinds[last]] = [this.#kinds[last] ?? 'clean', 'clean'];
    return this.#nextKind();
  }

  #cleanUser(id: number): User {
    const random = this.#random;
    const gender = random.fraction() < 0.5 ? 'Female' : 'Male';
    const firstName = random.pick(gender === 'Female' ? FEMALE_NAMES : MALE_NAMES);
    const lastName = random.pick(LAST_NAMES);
    const [year, month, day] = this.#day();
    return {
      id,
      first_name: firstName,
      last_name: lastName,
      email: `${latin(firstName).slice(0, 1)}${latin(lastName)}${id.toString(36)}@${random.pick(DOMAINS)}`,
      gender,
      ip_address: [random.integer(1, 223), this.#octet(), this.#octet(), random.integer(1, 254)].join('.'),
      date: `${day}/${month}/${year}`,
      country: randomCountry(random),
    };
  }

  #mess(kind: UserKind, user: User): Partial<User> {
    const random = this.#random;
    switch (kind) {
      case 'wrongIp':
        return { ...user, ip_address: this.#wrongIp() };
      case 'impossibleDate':
        return {
          ...user,
          date: `${random.pick(['30/02', '31/02', '31/04', '31/06', '31/09', '31/11'])}/${user.date.slice(6)}`,
        };
      case 'emailWithoutAt':
        return { ...user, email: user.email.replace('@', '.') };
      case 'emptyCountry':
        return { ...user, country: random.pick(['', ' ']) };
      case 'missingField': {
        const missing = random.pick(['email', 'ip_address', 'date', 'country'] as const);
        return Object.fromEntries(Object.entries(user).filter(([field]) => field !== missing));
      }
      case 'duplicateEmail': {
        const email = random.pick(this.#emails);
        return { ...user, email: random.pick([email, ` ${email.toUpperCase()} `]) };
      }
      case 'untidyCountry': {
        const { country } = user;
        return { ...user, country: random.pick([country.toUpperCase(), country.toLowerCase(), `  ${country} `]) };
      }
      case 'otherDateFormat': {
        const [day = '', month = '', year = ''] = user.date.split('/');
        return {
          ...user,
          date: random.pick([
            `${year}-${month}-${day}`,
            `${year}/${month}/${day}`,
            `${Number(day)}/${Number(month)}/${year}`,
          ]),
        };
      }
      case 'clean':
        return user;
    }
  }

  #wrongIp(): string {
    const random = this.#random;
    const octets = [random.integer(1, 223), this.#octet(), this.#octet()];
    return random.pick([`${random.integer(256, 999)}.${octets.join('.')}`, octets.join('.'), `${octets.join('.')}.x`]);
  }

  #octet(): number {
    return this.#random.integer(0, 255);
  }

  #day(): readonly [year: string, month: string, day: string] {
    const day = new Date(FIRST_DAY + this.#random.integer(0, DAYS - 1) * DAY_MS).toISOString();
    return [day.slice(0, 4), day.slice(5, 7), day.slice(8, 10)];
  }

  #remember(email: string): void {
    if (this.#emails.length < REMEMBERED_EMAILS) this.#emails.push(email);
    else this.#emails[this.#random.integer(0, REMEMBERED_EMAILS - 1)] = email;
  }
}

/** True if cleaning accepts users of this kind. */
export function isKept(kind: UserKind): boolean {
  switch (kind) {
    case 'wrongIp':
    case 'impossibleDate':
    case 'emailWithoutAt':
    case 'emptyCountry':
    case 'missingField':
      return false;
    default:
      return true;
  }
}

function latin(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
