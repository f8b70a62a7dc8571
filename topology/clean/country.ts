import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/** A country is a key of tables: one without a bound would make them records that no broker takes. */
const MAX_LENGTH = 200;

/** The first letter of a word, of what follows a full stop or a hyphen in it, and of what follows `d'` at its beginning. */
const FIRST_LETTER = /(?<=(?:^|[ .\p{Pd}])(?:d['’])?)[^ .\p{Pd}]/gu;
/** Of all words but the first. */
const SMALL_WORD = / (?:(?:And|Of|The)(?= |$)|D(?=['’]))/g;

/**
 * The name in title case and NFC, each run of white space in it as one space; null if it is then longer than 200 characters,
 * or is no valid Unicode.
 *
 * @param text without white space around it
 */
export function cleanCountry(text: string): string | null {
  const name = titleCase(text.replace(/\s+/g, ' '));
  return name.length > MAX_LENGTH || hasUnpairedSurrogate(name) ? null : name;
}

/**
 * A name as people write it: `Bosnia and Herzegovina`, `U.S. Virgin Islands`, `Guinea-Bissau`, `Côte d'Ivoire`. Each word begins
 * with a capital, also after a full stop, a hyphen and `d'`; `and`, `of`, `the` and `d'` are small unless they begin the name. All
 * other letters are small. A letter whose capital is several letters (`ß`) stays as it is.
 */
export function titleCase(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(FIRST_LETTER, capital)
    .replace(SMALL_WORD, word => word.toLowerCase())
    .normalize('NFC');
}

function capital(letter: string): string {
  const upper = letter.toUpperCase();
  return upper.length <= letter.length ? upper : letter;
}
