/** Twice what mail allows; an address is a key of tables, and must have a bound. */
const MAX_LENGTH = 640;

/**
 * A name, one `@`, and a domain without empty parts. White space and control characters, halves of surrogate pairs, and the characters by
 * which mail separates an address from what is around it (`<`, `:`, `,` and others) are in neither.
 */
const ADDRESS =
  /^[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@]+@[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@.]+(?:\.[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@.]+)*$/u;

/** Most addresses, found faster: ASCII is in NFC. */
const ASCII_ADDRESS = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * The address in lower case and NFC; null unless it is a name and a domain, and at most 640 characters long. Only its form is
 * looked at: a domain may be one that does not exist.
 *
 * @param text without white space around it
 */
export function cleanEmail(text: string): string | null {
  const lower = text.toLowerCase();
  if (lower.length <= MAX_LENGTH && ASCII_ADDRESS.test(lower)) return lower;
  const email = lower.normalize('NFC');
  return email.length <= MAX_LENGTH && ADDRESS.test(email) ? email : null;
}
