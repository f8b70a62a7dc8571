/** Twice the limit of mail. An address is a key of tables, and needs a limit. */
const MAX_LENGTH = 640;

/**
 * A name, one `@`, and a domain without empty parts. Neither may have white space, control characters, halves of
 * surrogate pairs, or the characters by which mail separates an address from its surroundings (`<`, `:`, `,` and
 * others).
 */
const ADDRESS =
  /^[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@]+@[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@.]+(?:\.[^\s\p{Cc}\p{Cs}()<>[\]:;,\\"@.]+)*$/u;

/** Matches most addresses, and is faster: ASCII is in NFC. */
const ASCII_ADDRESS = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/**
 * The address in lower case and NFC. null unless it is a name and a domain, and at most 640 characters long. Only the
 * form is checked: the domain may not exist.
 *
 * @param text without white space around it
 */
export function cleanEmail(text: string): string | null {
  const lower = text.toLowerCase();
  if (lower.length <= MAX_LENGTH && ASCII_ADDRESS.test(lower)) return lower;
  const email = lower.normalize('NFC');
  return email.length <= MAX_LENGTH && ADDRESS.test(email) ? email : null;
}
