/** A user as it must leave the cleaning. */
export interface CleanedUser {
  readonly id: number;
  readonly email: string;
  readonly country: string;
  /** What counts for the summary by gender. */
  readonly gender: string;
  /** All fields, those that cleaning leaves alone too, with their names sorted. */
  readonly text: string;
}

/** Country and email are keys, and gender is kept in every summary. */
const LONGEST_COUNTRY = 200;
const LONGEST_EMAIL = 640;
const LONGEST_GENDER = 50;
const SMALL_WORDS = new Set(['and', 'of', 'the']);
/** What separates an address from what is around it, and can't be in one. */
const AROUND_ADDRESS = '()<>[]:;,\\"';
const DAY_FIRST = /^(?<day>\d\d?)\/(?<month>\d\d?)\/(?<year>\d{4})$/;
const YEAR_FIRST = /^(?<year>\d{4})(?<separator>[-/])(?<month>\d\d)\k<separator>(?<day>\d\d)$/;

/**
 * What docs/users.md says of cleaning, written down once more without a look at its code:
 * the verdict of a chaos round must not hang on what it judges. undefined where the record is to be rejected.
 */
export function cleanedUser(value: Buffer | null): CleanedUser | undefined {
  const fields = objectIn(value);
  if (fields === undefined) return undefined;
  const country = titleCase(textOf(fields.country));
  const date = isoDate(textOf(fields.date).trim());
  const address = textOf(fields.ip_address).trim();
  const email = textOf(fields.email).trim().toLowerCase().normalize();
  if (country === '' || date === undefined || !isQuad(address) || !isEmail(email)) return undefined;
  if (country.length > LONGEST_COUNTRY || email.length > LONGEST_EMAIL) return undefined;
  const gender = textOf(fields.gender);
  return {
    id: Number(fields.id),
    email,
    country,
    gender: gender === '' || gender.length > LONGEST_GENDER ? 'Unknown' : gender,
    text: sortedText({ ...fields, country, date, ip_address: address, email }),
  };
}

/** A JSON object as text, its fields in the order of their names. */
export function sortedText(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function objectIn(value: Buffer | null): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(String(value));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return parsed as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}

function titleCase(text: string): string {
  const words = text.normalize().trim().toLowerCase().split(/\s+/);
  return words
    .map((word, index) => titleOf(word, index > 0))
    .join(' ')
    .normalize();
}

function titleOf(word: string, mayBeSmall: boolean): string {
  if (mayBeSmall && SMALL_WORDS.has(word)) return word;
  let title = '';
  for (const letter of word) {
    const before = title.at(-1) ?? '';
    const begins = before === '' || before === '.' || before === '-' || /^d['’]$/i.test(title);
    title += begins && letter.toUpperCase().length <= letter.length ? letter.toUpperCase() : letter;
  }
  return mayBeSmall && /^D['’]/.test(title) ? `d${title.slice(1)}` : title;
}

function isoDate(text: string): string | undefined {
  const parts = (DAY_FIRST.exec(text) ?? YEAR_FIRST.exec(text))?.groups;
  if (parts === undefined) return undefined;
  const [year, month, day] = [Number(parts.year), Number(parts.month), Number(parts.day)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

function isQuad(text: string): boolean {
  const numbers = text.split('.');
  return (
    numbers.length === 4 &&
    numbers.every(number => /^\d+$/.test(number) && String(Number(number)) === number && Number(number) < 256)
  );
}

function isEmail(text: string): boolean {
  const [name, host, ...others] = text.split('@');
  if (others.length > 0 || !name || !host?.split('.').every(Boolean)) return false;
  return [...text].every(character => !AROUND_ADDRESS.includes(character) && !/[\s\p{Cc}\p{Cs}]/u.test(character));
}
