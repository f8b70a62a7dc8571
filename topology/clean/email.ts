import { hasUnpairedSurrogate } from './unpaired-surrogate.js';

/**
 * The address without space around it, in lower case; null unless it is valid Unicode with exactly one `@` and text on both
 * sides of that.
 */
export function cleanEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  const at = email.indexOf('@');
  const oneAtInside = at > 0 && at < email.length - 1 && at === email.lastIndexOf('@');
  return oneAtInside && !hasUnpairedSurrogate(email) ? email : null;
}
