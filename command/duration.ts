import { type Duration, parseDuration } from 'tributary/kafka';
import { z } from 'zod';

/** A duration as a setting: of the environment, or of the command line. */
export const DURATION = z.custom<Duration>(isDuration, "must be a duration such as '60s' or '500ms'");

export const POSITIVE_DURATION = DURATION.refine(value => parseDuration(value) !== 0, 'must be above 0');

export const DURATION_OR_OFF = z.custom<Duration | 'off'>(
  value => value === 'off' || isDuration(value),
  "must be a duration such as '60s' or '500ms', or off",
);

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && parseDuration(value) !== undefined;
}
