import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/** A country is a key of tables: one without a bound would make them records that no broker takes. */
const MAX_LENGTH = 200;

/**
 * The name without space around it, in title case; null if nothing is left, it is longer than 200 characters or no valid
 * Unicode.
 */
export function cleanCountry(text: string): string | null {
  const name = text.trim();
  return name === '' || name.length > MAX_LENGTH || hasUnpairedSurrogate(name) ? null : initcap(name);
}

/**
 * Spark's `initcap`: the first character of each word in upper case, all others in lower case. Words are separated by spaces
 * only: `guinea-bissau` is one word. A character whose upper case is several characters (`ß`) stays as it is.
 */
export function initcap(text: string): string {
  return text.toLowerCase().replace(/(?<=^| )[^ ]/gu, upperCase);
}

function upperCase(character: string): string {
  const upper = character.toUpperCase();
  return upper.length <= character.length ? upper : character;
}
