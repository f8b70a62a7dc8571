const FIRST_NAMES = 'Barthel Loy Wilhelm Megen Ada Chidi Yuki Noor Mateo Ines Otto Freya Tariq Ling Anya Kofi'.split(
  ' ',
);
const LAST_NAMES = 'Kittel Drain Bacchus Paynton Okafor Tanaka Haddad Vega Lund Weiss Sato Mbeki Rossi Novak'.split(
  ' ',
);
const DOMAINS = ['printfriendly.com', 'earthlink.net', 'example.org', 'mail.example.com', 'uni.example.edu'];
const GENDERS = ['Male', 'Female'];
/** The first ones are drawn more often, as in the world. Their words begin with a capital: the cleaned form. */
export const COUNTRIES = [
  ...'China|Indonesia|Russia|Philippines|Brazil|France|Sweden|Portugal|Poland|United States|Japan|Colombia'.split('|'),
  ...'Argentina|Peru|Czech Republic|Ukraine|Greece|Thailand|Canada|Mexico|Nigeria|Vietnam|Finland|Serbia'.split('|'),
  ...'South Africa|Germany|Norway|Kazakhstan|Tanzania|Iran|Egypt|Ireland|Spain|Morocco|Croatia|Cuba|Chile'.split('|'),
  ...'Mongolia|Uganda|Honduras|Ecuador|Malaysia|Bulgaria|Kenya|Sri Lanka|Ghana|Zambia|Nepal|Oman|Yemen'.split('|'),
  ...'New Zealand|Costa Rica|Burkina Faso|El Salvador|North Korea|South Korea|Saudi Arabia|Latvia|Malta'.split('|'),
  ...'Albania|Armenia|Belarus|Bolivia|Botswana|Cameroon|Cyprus|Denmark|Estonia|Ethiopia|Fiji|Gabon|Guinea'.split('|'),
  ...'Haiti|Hungary|Iceland|India|Israel|Italy|Jamaica|Jordan|Kuwait|Laos|Lebanon|Liberia|Libya|Lithuania'.split('|'),
];

/** Uniform numbers in [0, 1) by a seed (mulberry32). */
export function uniform(seed: number): () => number {
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

/** All that is known of one user, the same each time for the same seed. */
export class GeneratedUser {
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
