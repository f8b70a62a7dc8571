import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/** Twice what mail allows; an address is a key of tables, and must have a bound. */
const MAX_LENGTH = 640;

/**
 * The address without space around it, in lower case; null unless it is valid Unicode with exactly one `@` and text on both
 * sides of that, and at most 640 characters long.
 */
export function cleanEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  const at = email.indexOf('@');
  const oneAtInside = email.length <= MAX_LENGTH && at > 0 && at < email.length - 1 && at === email.lastIndexOf('@');
  return oneAtInside && !hasUnpairedSurrogate(email) ? email : null;
}
