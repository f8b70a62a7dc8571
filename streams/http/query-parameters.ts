import { badParameter, HttpError } from './http-error.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
/** The last time that a Date can hold. */
const MAX_TIME = 8_640_000_000_000_000;

const EPOCH_MS = /^\d{1,16}$/;
const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** The decoded segments of a path. Throws a 400 for a wrong encoding. */
export function pathSegments(url: URL): readonly string[] {
  return url.pathname
    .split('/')
    .slice(1)
    .map(segment => decoded('path', segment));
}

/**
 * The parameters of a query string. Throws a 400 for a parameter that is not `known`, is repeated or is wrongly
 * encoded.
 */
export class QueryParameters {
  readonly #values = new Map<string, string>();

  constructor(url: URL, known: readonly string[]) {
    for (const pair of url.search.slice(1).split('&')) {
      if (pair === '') continue;
      const [rawName = '', ...rest] = pair.split('=');
      const name = decoded('query', rawName);
      if (!known.includes(name)) throw unknown(name, known);
      if (this.#values.has(name)) throw badParameter(name, 'is given twice');
      this.#values.set(name, decoded(name, rest.join('=').replaceAll('+', ' ')));
    }
  }

  /** Throws a 400 for a parameter that is not `known`. */
  only(known: readonly string[]): void {
    for (const name of this.#values.keys()) if (!known.includes(name)) throw unknown(name, known);
  }

  /** undefined if it is not given. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** False if it is not given. */
  flag(name: string): boolean {
    const text = this.#values.get(name) ?? 'false';
    if (text === 'true' || text === 'false') return text === 'true';
    throw badParameter(name, 'must be true or false');
  }

  /** The number of entries. Default: 100. */
  get limit(): number {
    return this.#wholeNumber('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
  }

  /** undefined if it is not given. */
  partition(partitions: number): number | undefined {
    return this.#wholeNumber('partition', 0, partitions - 1);
  }

  /** Milliseconds since the epoch. undefined if it is not given. A time without a zone is UTC. */
  time(name: string): number | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const ms = EPOCH_MS.test(text) ? Number(text) : isoTime(text);
    if (ms >= 0 && ms <= MAX_TIME) return ms;
    throw badParameter(name, 'must be a time: ISO 8601, or milliseconds since the epoch');
  }

  #wholeNumber(name: string, min: number, max: number): number | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw badParameter(name, `must be a whole number from ${min} to ${max}`);
  }
}

function unknown(name: string, known: readonly string[]): HttpError {
  return new HttpError(400, `${name} is no parameter here: ${known.join(', ') || 'there are none'}`);
}

/** NaN if the text is not a time. */
function isoTime(text: string): number {
  // In a query string `+` means a space, and few people write %2B for the `+` of a zone.
  const [, date, time = '00:00', zone = 'Z'] = ISO_8601.exec(text.replace(' ', '+')) ?? [];
  if (date === undefined) return Number.NaN;
  // Date reads the 30th of February as the 1st of March.
  const day = new Date(`${date}T00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return Number.NaN;
  return Date.parse(`${date}T${time}${zone}`);
}

function decoded(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, `${what} is not well encoded: % must be followed by two hexadecimal digits of UTF-8`);
  }
}
