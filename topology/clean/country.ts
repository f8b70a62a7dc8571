import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/** The name without space around it, in title case; null if nothing is left or it is no valid Unicode. */
export function cleanCountry(text: string): string | null {
  const name = text.trim();
  return name === '' || hasUnpairedSurrogate(name) ? null : initcap(name);
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
