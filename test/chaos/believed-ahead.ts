/**
 * How far ahead of the wall clock the users application believes a timestamp, milliseconds: what is further ahead must be rejected, and
 * no window may notice it.
 */
export const BELIEVED_AHEAD_MS = 3_600_000;
