import { z } from 'zod';
import { type Duration, parseDuration } from '../dsl/duration.js';
import { ConfigError } from '../kafka/config-error.js';
import { GROUP_PROTOCOLS, type GroupProtocol } from '../kafka/group-protocol.js';
import { type ErrorHandler, failOnError } from './errors.js';

export type ProcessingGuarantee = 'exactly_once_v2' | 'at_least_once';

/** What an application may set; the names are those of Java's StreamsConfig, in camel case. */
export interface StreamsOptions {
  /** Name of the application: its consumer group, and the beginning of the names of its internal topics. */
  readonly applicationId: string;
  /** Where the others reach this process for queries, `host:port` (Java: `application.server`). Default: it serves nothing. */
  readonly applicationServer?: string;
  /** Default: `./state`. */
  readonly stateDir?: string;
  /** Default: `exactly_once_v2`. */
  readonly processingGuarantee?: ProcessingGuarantee;
  /**
   * How the processes share the tasks. Default: `classic`. `consumer` needs brokers of version 4.0, and all processes of the application
   * must have the same. The broker says how long a session is, then.
   */
  readonly groupProtocol?: GroupProtocol;
  /** Default: 100 ms with exactly_once_v2, 30 s with at_least_once. */
  readonly commitInterval?: Duration;
  /** After this long without input a task promises that nothing older comes. Default: 5 s. */
  readonly idleTimeout?: Duration;
  /**
   * How far ahead of the wall clock the timestamp of a record may be. One that is further ahead goes to the processing exception
   * handler; it would make all records of its task late until the clock has caught up. Default: any timestamp is believed, as in Java.
   */
  readonly maxTimestampAhead?: Duration;
  /** Entries that the stores of a process may hold uncommitted before it commits early. Default: 100,000; 0: no caching. */
  readonly cacheMaxEntries?: number;
  /**
   * How many other instances follow the changelogs of a task, to take it over without a restore and to answer stale queries
   * meanwhile (Java: `num.standby.replicas`). Default: 0.
   */
  readonly standbyReplicas?: number;
  /** Where records go that can't be processed. Default: nowhere, they are counted. */
  readonly deadLetterTopic?: string;
  /** Default: fail, as in Java. */
  readonly deserializationExceptionHandler?: ErrorHandler;
  /** Default: fail, as in Java. */
  readonly processingExceptionHandler?: ErrorHandler;
  /** Default: fail, as in Java. Called where a result can't be serialized for its topic, or is too large for it or for a changelog. */
  readonly productionExceptionHandler?: ErrorHandler;
}

export interface StreamsConfig {
  readonly applicationId: string;
  readonly applicationServer: string | undefined;
  readonly stateDir: string;
  readonly processingGuarantee: ProcessingGuarantee;
  readonly groupProtocol: GroupProtocol;
  readonly commitIntervalMs: number;
  readonly idleTimeoutMs: number;
  /** Infinite: any timestamp is believed. */
  readonly maxTimestampAheadMs: number;
  readonly cacheMaxEntries: number;
  readonly standbyReplicas: number;
  readonly deadLetterTopic: string | undefined;
  readonly deserializationExceptionHandler: ErrorHandler;
  readonly processingExceptionHandler: ErrorHandler;
  readonly productionExceptionHandler: ErrorHandler;
}

const DEFAULT_COMMIT_INTERVAL_MS = { exactly_once_v2: 100, at_least_once: 30_000 } as const;

const duration = z
  .union([z.string(), z.number()])
  .transform(value => parseDuration(value))
  .refine((value): value is number => value !== undefined, {
    error: "must be a duration such as '60s', '500ms' or 60000",
  });

const topicName = z.string().regex(/^[\w.-]{1,200}$/, { error: "must be made of letters, digits, '.', '_' and '-'" });

const handler = z.custom<ErrorHandler>(value => typeof value === 'function', { error: 'must be a function' });

const schema = z.strictObject({
  applicationId: topicName,
  applicationServer: z
    .string()
    .regex(/^[^\s/@]+:\d{1,5}$/, { error: 'must be host:port' })
    .optional(),
  stateDir: z.string().min(1).default('./state'),
  processingGuarantee: z.enum(['exactly_once_v2', 'at_least_once']).default('exactly_once_v2'),
  groupProtocol: z.enum(GROUP_PROTOCOLS).default('classic'),
  commitInterval: duration.optional(),
  idleTimeout: duration.default(5000),
  maxTimestampAhead: duration.optional(),
  cacheMaxEntries: z.int().min(0).default(100_000),
  standbyReplicas: z.int().min(0).max(100).default(0),
  deadLetterTopic: topicName.optional(),
  deserializationExceptionHandler: handler.default(() => failOnError),
  processingExceptionHandler: handler.default(() => failOnError),
  productionExceptionHandler: handler.default(() => failOnError),
});

/** Throws a ConfigError, one line, that names the option that is wrong. */
export function streamsConfig(options: StreamsOptions): StreamsConfig {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${issue?.path.join('.') || 'options'}: ${issue?.message ?? 'not valid'}`);
  }
  const { commitInterval, idleTimeout, maxTimestampAhead, applicationServer, deadLetterTopic, ...rest } = parsed.data;
  return Object.freeze({
    ...rest,
    applicationServer,
    deadLetterTopic,
    idleTimeoutMs: idleTimeout,
    maxTimestampAheadMs: maxTimestampAhead ?? Number.POSITIVE_INFINITY,
    commitIntervalMs: commitInterval ?? DEFAULT_COMMIT_INTERVAL_MS[rest.processingGuarantee],
  });
}
