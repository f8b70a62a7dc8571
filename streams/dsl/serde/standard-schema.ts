/**
 * What validators implement: Standard Schema v1 (https://standardschema.dev). Schemas of Zod (3.24 or newer), Valibot
 * (1.0 or newer) and ArkType (2.0 or newer) do. `Output` is the type of validated values.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | PromiseLike<SchemaResult<Output>>;
    readonly types?: { readonly output: Output } | undefined;
  };
}

/** A value that is valid, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  /** The keys and indexes that lead to the wrong part. Absent or empty: the whole value is wrong. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The most issues that the message of an error has. */
const MAX_SHOWN = 3;

/**
 * A value does not match its schema. The message has the path and the reason of the first issues, for example
 * `user.age: expected number`; `issues` has all of them.
 */
export class SchemaError extends TypeError {
  readonly issues: readonly SchemaIssue[];

  constructor(issues: readonly SchemaIssue[], before = '') {
    const more = issues.length - MAX_SHOWN;
    const shown = issues.slice(0, MAX_SHOWN).map(describe).join('; ');
    super(`${before}${shown}${more > 0 ? `; and ${more} more` : ''}`);
    this.name = 'SchemaError';
    this.issues = issues;
  }
}

function describe({ message, path = [] }: SchemaIssue): string {
  const place = path.map(segment => step(typeof segment === 'object' ? segment.key : segment)).join('');
  const at = place.startsWith('.') ? place.slice(1) : place;
  // ArkType's messages begin with the path.
  return at === '' || message.startsWith(at) ? message : `${at}: ${message}`;
}

function step(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = String(key);
  return /^[\p{L}\p{N}_$-]+$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
