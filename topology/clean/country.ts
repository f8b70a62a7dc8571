import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/** A country is a key of tables. Without a limit, its records could be too large for a broker. */
const MAX_LENGTH = 200;

/**
 * The first letter of a word, of what follows a full stop or a hyphen in it, and of what follows `d'` at its beginning.
 */
const FIRST_LETTER = /(?<=(?:^|[ .\p{Pd}])(?:d['’])?)[^ .\p{Pd}]/gu;
/** For all words except the first one. */
const SMALL_WORD = / (?:(?:And|Of|The)(?= |$)|D(?=['’]))/g;

/**
 * The name in title case and NFC, with one space for each run of white space. null if it is then longer than 200
 * characters, or is not valid Unicode.
 *
 * @param text without white space around it
 */
export function cleanCountry(text: string): string | null {
  const name = titleCase(text.replace(/\s+/g, ' '));
  return name.length > MAX_LENGTH || hasUnpairedSurrogate(name) ? null : name;
}

/**
 * A name as people write it: `Bosnia and Herzegovina`, `U.S. Virgin Islands`, `Guinea-Bissau`, `Côte d'Ivoire`. Each
 * word starts with a capital letter, also after a full stop, a hyphen and `d'`. `and`, `of`, `the` and `d'` are in
 * lower case unless they start the name. All other letters are in lower case. A letter whose capital is several letters
 * (`ß`) stays as it is.
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
