import type { Serde } from './serde.js';
import { SchemaError, type SchemaResult, type StandardSchema } from './standard-schema.js';
import { wrongValue } from './wrong-value.js';

export const json: Serde<unknown> = Object.freeze({
  takesView: true,
  serialize: (value: unknown): Buffer => Buffer.from(textOf(value), 'utf8'),
  deserialize: (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8')),
  fromText: (text: string): unknown => JSON.parse(text),
});

/** JSON that is validated when it is read, and when it is written. */
export function schemaSerde<T>(schema: StandardSchema<T>): Serde<T> {
  const standard = standardOf(schema);
  const parse = (text: string): T => valid(standard, JSON.parse(text), '');
  return Object.freeze({
    takesView: true,
    serialize(value: T): Buffer {
      const text = textOf(value);
      // The text and not the value: what is valid in memory, such as a Date, may be invalid once it is JSON.
      valid(standard, JSON.parse(text), 'the schema could not read the value again: ');
      return Buffer.from(text, 'utf8');
    },
    deserialize: (bytes: Buffer): T => parse(bytes.toString('utf8')),
    fromText: parse,
  });
}

type Standard<T> = StandardSchema<T>['~standard'];

function standardOf<T>(schema: StandardSchema<T>): Standard<T> {
  const standard: Partial<Standard<T>> | undefined = (schema as Partial<StandardSchema<T>> | null | undefined)?.[
    '~standard'
  ];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new TypeError('Serdes.json: the schema does not implement Standard Schema v1 (https://standardschema.dev)');
  }
  // Valibot's asynchronous schemas say that they are. Those of other libraries only show it when they validate.
  if ((schema as { readonly async?: unknown }).async === true) {
    throw new TypeError(`Serdes.json: the schema (${standard.vendor}) is asynchronous, and serdes must be synchronous`);
  }
  return standard as Standard<T>;
}

function valid<T>(standard: Standard<T>, value: unknown, before: string): T {
  const result = resultOf(standard, value);
  if (result.issues !== undefined) throw new SchemaError(result.issues, before);
  return result.value;
}

function resultOf<T>(standard: Standard<T>, value: unknown): SchemaResult<T> {
  const result = standard.validate(value);
  if (!('then' in result)) return result;
  // The promise may reject later. That would end the process.
  Promise.resolve(result).catch(() => {});
  // Zod gives a promise too if a function of a synchronous schema throws. So it is an error of this value.
  throw new TypeError(`the schema (${standard.vendor}) gave a promise: it is asynchronous, or a function of it threw`);
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw wrongValue('JSON', value);
  return text;
}
