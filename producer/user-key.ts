/**
 * The key of a user's record: the email, trimmed, in lower case and NFC. null if there is none, or if it does not have
 * one `@` with text on both sides.
 */
export function userKey(email: unknown): string | null {
  if (typeof email !== 'string') return null;
  const key = email.trim().toLowerCase().normalize('NFC');
  const at = key.indexOf('@');
  return at > 0 && at < key.length - 1 && !key.includes('@', at + 1) ? key : null;
}
