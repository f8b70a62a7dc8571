import { parseHosts } from 'tributary/http';
import {
  type ClusterConfig,
  ConfigError,
  clusterFromEnvironment,
  topicsFromEnvironment,
  withoutUsers,
} from 'tributary/kafka';
import { z } from 'zod';
import { DEFAULT_TOPICS, type UsersTopics } from './users-topics.js';

export interface MonitorConfig {
  readonly cluster: ClusterConfig;
  /** Of the application that is watched. */
  readonly applicationId: string;
  /** That it reads and writes. */
  readonly topics: UsersTopics;
  readonly http: HttpSettings;
  readonly logLevel: string;
}

export interface HttpSettings {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names, or `host:port`, under which it may be asked, beside `host`, `localhost` and IP addresses. */
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
    .default('8080')
    .transform(Number),
  HTTP_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'must be an address of this machine or its name')
    .default('127.0.0.1'),
  HTTP_ALLOWED_HOSTS: z
    .string()
    .refine(text => parseHosts(text) !== undefined, 'must be hosts or host:port, separated by commas')
    .transform(text => parseHosts(text) ?? [])
    .default([]),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a level such as info or debug')
    .default('info'),
});

/** Throws a ConfigError, one line that names the variable. A variable that is set but empty counts as not set. */
export function monitorConfig(env: Readonly<NodeJS.ProcessEnv>): MonitorConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    throw new ConfigError(
      `${name} ${issue?.message ?? 'is not valid'}, but is ${JSON.stringify(withoutUsers(set[name] ?? ''))}`,
    );
  }
  const { data } = parsed;
  return {
    cluster: clusterFromEnvironment(set, `${data.APPLICATION_ID}-monitor`),
    applicationId: data.APPLICATION_ID,
    topics: topicsFromEnvironment(set, DEFAULT_TOPICS),
    http: { host: data.HTTP_HOST, port: data.HTTP_PORT, allowedHosts: data.HTTP_ALLOWED_HOSTS },
    logLevel: data.LOG_LEVEL,
  };
}
