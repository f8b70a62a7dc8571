/**
 * How far ahead of the wall clock the users application believes a timestamp, milliseconds: what is further ahead must be rejected, and
 * no window may notice it. undefined: it believes every timestamp, and no record of the far future is sent.
 */
export const BELIEVED_AHEAD_MS: number | undefined = undefined;
