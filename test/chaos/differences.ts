const SHOWN = 3;
const LONGEST_TEXT = 1000;

/** What is wrong with one output: the number of places where it differs, and the first of them. */
export class Differences {
  readonly #what: string;
  readonly #shown: string[] = [];
  #count = 0;

  constructor(what: string) {
    this.#what = what;
  }

  /** `describe` is called only for the first ones. */
  add(describe: () => string): void {
    this.#count++;
    if (this.#shown.length < SHOWN) this.#shown.push(describe());
  }

  expect(what: string, actual: unknown, expected: unknown): void {
    const [a, b] = [text(actual), text(expected)];
    if (a !== b) this.add(() => `${what}: ${shortened(a)} instead of ${shortened(b)}`);
  }

  /** Compares tables by their keys. Objects are equal if their fields are, in whatever order. */
  compare<V>(actual: ReadonlyMap<string, V>, expected: ReadonlyMap<string, V>): void {
    for (const [key, value] of expected) {
      if (actual.has(key)) this.expect(key, actual.get(key), value);
      else this.add(() => `${key} is missing (${text(value)})`);
    }
    for (const [key, value] of actual)
      if (!expected.has(key)) this.add(() => `${key} should not be there (${text(value)})`);
  }

  /** Nothing if it is right, else one line. */
  get lines(): readonly string[] {
    if (this.#count === 0) return [];
    const more = this.#count > this.#shown.length ? '; ...' : '';
    return [`${this.#what}: ${this.#count} differences: ${this.#shown.join('; ')}${more}`];
  }
}

function shortened(long: string): string {
  return long.length > LONGEST_TEXT ? `${long.slice(0, LONGEST_TEXT)}... (${long.length} characters)` : long;
}

function text(value: unknown): string {
  return String(
    JSON.stringify(value, (_name, field: unknown) =>
      typeof field === 'object' && field !== null && !Array.isArray(field)
        ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
        : field,
    ),
  );
}
