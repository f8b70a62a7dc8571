import { parseHosts } from 'tributary/http';
import { ConfigError, withoutUsers } from 'tributary/kafka';
import { z } from 'zod';

/** Settings that several commands have. */
export const APPLICATION_ID = z
  .string()
  .regex(/^[\w.-]{1,100}$/, "must be made of letters, digits, '.', '_' and '-'")
  .default('users');

export const HTTP_PORT = z
  .string()
  .refine(
    text => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'must be a port from 1 to 65535, or 0 for any that is free',
  )
  .transform(Number);

export const HTTP_HOST = z
  .string()
  .regex(/^[\w.:-]+$/, 'must be an address of this machine or its name')
  .default('127.0.0.1');

export const HTTP_ALLOWED_HOSTS = z
  .string()
  .refine(text => parseHosts(text) !== undefined, 'must be hosts or host:port, separated by commas')
  .transform(text => parseHosts(text) ?? [])
  .default([]);

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LEVEL = z.enum(LOG_LEVELS, 'must be a level such as info or debug').default('info');

/** True if messages of `level` are shown with the setting `threshold`. */
export function isShown(level: LogLevel, threshold: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}

/** The variables that are set. An empty variable counts as not set. */
export function setVariables(env: Readonly<NodeJS.ProcessEnv>): Readonly<Record<string, string>> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && value !== '') set[name] = value;
  return set;
}

/** The parsed variables. Throws a ConfigError of one line that names the first wrong variable. */
export function parsedVariables<T>(variables: z.ZodType<T>, set: Readonly<Record<string, string>>): T {
  const parsed = variables.safeParse(set);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  const given = JSON.stringify(withoutUsers(set[name] ?? ''));
  throw new ConfigError(`${name} ${issue?.message ?? 'is not valid'}, but is ${given}`);
}
