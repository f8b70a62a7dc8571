import { type Duration, type GroupProtocol, MOST_COMMIT_INTERVAL_MS, type ProcessingGuarantee } from 'tributary';
import { isHostAndPort } from 'tributary/http';
import {
  type ClusterConfig,
  ConfigError,
  checkGroupProtocol,
  clusterFromEnvironment,
  GROUP_PROTOCOLS,
} from 'tributary/kafka';
import { z } from 'zod';
import { type ApplicationSettings, applicationSettings } from '../command/application-settings.js';
import { DURATION, DURATION_OR_OFF, POSITIVE_DURATION } from '../command/duration.js';
import { parsedVariables } from '../command/environment.js';
import type { HttpSettings } from './http-address.js';

export interface UsersConfig extends ApplicationSettings {
  readonly cluster: ClusterConfig;
  readonly stateDir: string;
  readonly processingGuarantee: ProcessingGuarantee;
  readonly groupProtocol: GroupProtocol;
  /** undefined: the library's default for the processing guarantee. */
  readonly commitIntervalMs: number | undefined;
  /** undefined: the library's default. */
  readonly cacheMaxBytes: number | undefined;
  readonly windowSize: Duration;
  readonly windowGrace: Duration;
  readonly idleTimeout: Duration;
  /** undefined: any timestamp is accepted. */
  readonly maxTimestampAhead: Duration | undefined;
  /** The number of processes that the command keeps running. */
  readonly streamProcesses: number;
  readonly standbyReplicas: number;
  readonly http: HttpSettings;
}

const variables = z.object({
  STATE_DIR: z.string().default('./state'),
  PROCESSING_GUARANTEE: z
    .enum(['exactly_once_v2', 'at_least_once'], 'must be exactly_once_v2 or at_least_once')
    .default('exactly_once_v2'),
  GROUP_PROTOCOL: z.enum(GROUP_PROTOCOLS, 'must be classic or consumer').default('classic'),
  COMMIT_INTERVAL_MS: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'must be a positive whole number')
    .transform(Number)
    .optional(),
  CACHE_MAX_BYTES: z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number of bytes')
    .transform(Number)
    .optional(),
  WINDOW_SIZE: POSITIVE_DURATION.default('60s'),
  WINDOW_GRACE: DURATION.default('10s'),
  IDLE_TIMEOUT: POSITIVE_DURATION.default('5s'),
  MAX_TIMESTAMP_AHEAD: DURATION_OR_OFF.default('1h'),
  STREAM_PROCESSES: z
    .string()
    .regex(/^[1-9]\d?$/, 'must be a number from 1 to 99')
    .transform(Number)
    .default(1),
  STANDBY_REPLICAS: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a number from 0 to 99')
    .transform(Number)
    .default(0),
  HTTP_ADVERTISED: z.string().refine(isHostAndPort, 'must be host:port').optional(),
});

/** Throws a ConfigError of one line that names the variable. An empty variable counts as not set. */
export function usersConfig(env: Readonly<NodeJS.ProcessEnv>): UsersConfig {
  const settings = applicationSettings(env);
  const data = parsedVariables(variables, env);
  if (data.STREAM_PROCESSES > 1 && data.HTTP_ADVERTISED !== undefined) {
    throw new ConfigError('HTTP_ADVERTISED names one process, but STREAM_PROCESSES is above 1');
  }
  const { COMMIT_INTERVAL_MS: interval = 0, PROCESSING_GUARANTEE: guarantee } = data;
  if (guarantee === 'exactly_once_v2' && interval > MOST_COMMIT_INTERVAL_MS) {
    throw new ConfigError(
      `COMMIT_INTERVAL_MS must be at most ${MOST_COMMIT_INTERVAL_MS} with exactly_once_v2, but is ${interval}`,
    );
  }
  const cluster = clusterFromEnvironment(env, settings.applicationId);
  checkGroupProtocol(data.GROUP_PROTOCOL, cluster);
  return {
    ...settings,
    cluster,
    stateDir: data.STATE_DIR,
    processingGuarantee: data.PROCESSING_GUARANTEE,
    groupProtocol: data.GROUP_PROTOCOL,
    commitIntervalMs: data.COMMIT_INTERVAL_MS,
    cacheMaxBytes: data.CACHE_MAX_BYTES,
    windowSize: data.WINDOW_SIZE,
    windowGrace: data.WINDOW_GRACE,
    idleTimeout: data.IDLE_TIMEOUT,
    maxTimestampAhead: data.MAX_TIMESTAMP_AHEAD === 'off' ? undefined : data.MAX_TIMESTAMP_AHEAD,
    streamProcesses: data.STREAM_PROCESSES,
    standbyReplicas: data.STANDBY_REPLICAS,
    http: { ...settings.http, advertised: data.HTTP_ADVERTISED },
  };
}
