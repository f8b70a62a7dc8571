import { ConfigError, withoutUsers } from 'tributary/kafka';
import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LEVEL = z.enum(LOG_LEVELS, 'must be a level such as info or debug').default('info');

/** True if messages of `level` are shown with the setting `threshold`. */
export function isShown(level: LogLevel, threshold: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}

/**
 * The variables of `schema`. An empty variable counts as not set.
 *
 * @throws ConfigError of one line that names the first wrong variable
 */
export function parsedVariables<T>(schema: z.ZodType<T>, env: Readonly<NodeJS.ProcessEnv>): T {
  const set = setVariables(env);
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  const given = JSON.stringify(withoutUsers(set[name] ?? ''));
  throw new ConfigError(`${name} ${issue?.message ?? 'is not valid'}, but is ${given}`);
}

/** The variables that are set. */
function setVariables(env: Readonly<NodeJS.ProcessEnv>): Readonly<Record<string, string>> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') set[name] = value;
  return set;
}
