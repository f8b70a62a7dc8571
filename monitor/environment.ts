import { type ClusterConfig, clusterFromEnvironment, topicsFromEnvironment } from 'tributary/kafka';
import { z } from 'zod';
import {
  APPLICATION_ID,
  HTTP_ALLOWED_HOSTS,
  HTTP_HOST,
  HTTP_PORT,
  LOG_LEVEL,
  parsedVariables,
  setVariables,
} from '../command/environment.js';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';

export interface MonitorConfig {
  readonly cluster: ClusterConfig;
  /** The application that is watched. */
  readonly applicationId: string;
  /** The topics that it reads and writes. */
  readonly topics: UsersTopics;
  readonly http: HttpSettings;
  readonly logLevel: string;
}

export interface HttpSettings {
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names, or `host:port`, that requests may use beside `host`, `localhost` and IP addresses. */
  readonly allowedHosts: readonly string[];
}

const variables = z.object({
  APPLICATION_ID,
  HTTP_PORT: HTTP_PORT.default(8080),
  HTTP_HOST,
  HTTP_ALLOWED_HOSTS,
  LOG_LEVEL,
});

/** Throws a ConfigError of one line that names the variable. An empty variable counts as not set. */
export function monitorConfig(env: Readonly<NodeJS.ProcessEnv>): MonitorConfig {
  const set = setVariables(env);
  const data = parsedVariables(variables, set);
  return {
    cluster: clusterFromEnvironment(set, `${data.APPLICATION_ID}-monitor`),
    applicationId: data.APPLICATION_ID,
    topics: topicsFromEnvironment(set, DEFAULT_TOPICS),
    http: { host: data.HTTP_HOST, port: data.HTTP_PORT, allowedHosts: data.HTTP_ALLOWED_HOSTS },
    logLevel: data.LOG_LEVEL,
  };
}
