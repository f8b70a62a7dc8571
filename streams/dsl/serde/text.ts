import type { Serde } from './serde.js';
import { wrongValue } from './wrong-value.js';

const ASCII = /^[\0-\x7f]*$/;

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The part of a wrong text that an error has. */
const MAX_SHOWN = 50;

export const string: Serde<string> = Object.freeze({
  takesView: true,
  serialize: (value: string): Buffer => Buffer.from(checked(value), 'utf8'),
  deserialize: (bytes: Buffer): string => bytes.toString('utf8'),
  // ASCII text is its own UTF-8, and most keys are ASCII.
  stateKey: (value: string): string =>
    ASCII.test(checked(value)) ? value : Buffer.from(value, 'utf8').toString('latin1'),
});

export const uuid: Serde<string> = Object.freeze({
  takesView: true,
  serialize(value: string): Buffer {
    if (typeof value !== 'string') throw wrongValue('UUID', value);
    return Buffer.from(asUuid(value), 'latin1');
  },
  deserialize: (bytes: Buffer): string => asUuid(bytes.toString('utf8')),
  fromText: asUuid,
});

function checked(value: string): string {
  if (typeof value !== 'string') throw wrongValue('string', value);
  return value;
}

/** In lower case, as Java's `UUID.toString` writes it. One UUID has one key. */
function asUuid(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  throw new TypeError(`${JSON.stringify(text.slice(0, MAX_SHOWN))} is no UUID`);
}
