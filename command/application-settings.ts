import { parseHosts } from 'tributary/http';
import { topicsFromEnvironment } from 'tributary/kafka';
import { z } from 'zod';
import { LOG_LEVEL, type LogLevel, parsedVariables } from './environment.js';
import { DEFAULT_TOPICS, type UsersTopics } from './users-topics.js';

/** Settings of each command that belongs to an application, and serves HTTP. */
export interface ApplicationSettings {
  readonly applicationId: string;
  readonly topics: UsersTopics;
  readonly http: ListenSettings;
  readonly logLevel: LogLevel;
}

export interface ListenSettings {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free port. undefined: the command's default. */
  readonly port: number | undefined;
  /** Names, or `host:port`, that requests may use beside `host`, `localhost` and IP addresses. */
  readonly allowedHosts: readonly string[];
}

const variables = z.object({
  APPLICATION_ID: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "must be made of letters, digits, '.', '_' and '-'")
    .default('users'),
  HTTP_PORT: z
    .string()
    .refine(
      text => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
      'must be a port from 1 to 65535, or 0 for any that is free',
    )
    .transform(Number)
    .optional(),
  HTTP_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'must be an address of this machine or its name')
    .default('127.0.0.1'),
  HTTP_ALLOWED_HOSTS: z
    .string()
    .refine(text => parseHosts(text) !== undefined, 'must be hosts or host:port, separated by commas')
    .transform(text => parseHosts(text) ?? [])
    .default([]),
  LOG_LEVEL,
});

/** Throws a ConfigError of one line that names the variable. An empty variable counts as not set. */
export function applicationSettings(env: Readonly<NodeJS.ProcessEnv>): ApplicationSettings {
  const data = parsedVariables(variables, env);
  return {
    applicationId: data.APPLICATION_ID,
    topics: topicsFromEnvironment(env, DEFAULT_TOPICS),
    http: { host: data.HTTP_HOST, port: data.HTTP_PORT, allowedHosts: data.HTTP_ALLOWED_HOSTS },
    logLevel: data.LOG_LEVEL,
  };
}
