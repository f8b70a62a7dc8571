import { z } from 'zod';
import { ConfigError } from '../kafka/config-error.js';
import { type Duration, parseDuration } from '../kafka/duration.js';
import { GROUP_PROTOCOLS, type GroupProtocol } from '../kafka/group-protocol.js';
import { isHostAndPort } from '../network/address.js';
import { type ErrorHandler, failOnError } from './errors.js';

export type ProcessingGuarantee = 'exactly_once_v2' | 'at_least_once';

/** The options of an application. The names are those of Java's StreamsConfig, in camel case. */
export interface StreamsOptions {
  /** Name of the application: its consumer group, and the prefix of the names of its internal topics. */
  readonly applicationId: string;
  /**
   * `host:port` where other processes reach this one for queries (Java: `application.server`). Default: it serves
   * nothing.
   */
  readonly applicationServer?: string;
  /** Default: `./state`. */
  readonly stateDir?: string;
  /** Default: `exactly_once_v2`. */
  readonly processingGuarantee?: ProcessingGuarantee;
  /**
   * How the processes share the tasks. Default: `classic`. `consumer` needs brokers of version 4.0 or newer, and must
   * be the same in all processes of the application. With `consumer` the broker sets the length of a session.
   */
  readonly groupProtocol?: GroupProtocol;
  /**
   * Default: 100 ms with exactly_once_v2, 30 s with at_least_once. At most five minutes with exactly_once_v2: a
   * transaction is open for this long, and a broker aborts one that is open for fifteen minutes
   * (`transaction.max.timeout.ms`).
   */
  readonly commitInterval?: Duration;
  /**
   * After this time without input, a task promises that no older records will come. Default: 5 s.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly idleTimeout?: Duration;
  /**
   * How far ahead of the wall clock the timestamp of a record may be. A record that is further ahead goes to the
   * processing exception handler: it would make all records of its task late until the clock has caught up. Default:
   * any timestamp is accepted, as in Java.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly maxTimestampAhead?: Duration;
  /**
   * Estimated bytes of records that a process may have polled and not processed (KIP-770: `input.buffer.max.bytes`).
   * Records of partitions that are ahead of others of their task wait in this buffer. Beyond it, they are not fetched
   * until they are needed. A single record is always taken, whatever its size. Default: 64 MB.
   */
  readonly inputBufferMaxBytes?: number;
  /**
   * Estimated bytes that a process may hold uncommitted before it commits early (Java: `statestore.cache.max.bytes`):
   * updates of tables and partial aggregates that are held for the commit, writes of stores, and records that wait for
   * the producer. While one commit is in progress, as many bytes again may accumulate. 0: nothing is cached, and each
   * update is sent at once; what can't be sent before the commit may have the default. Default: 64 MB.
   */
  readonly cacheMaxBytes?: number;
  /**
   * The number of other instances that follow the changelogs of a task. They can take it over without a restore, and
   * answer stale queries (Java: `num.standby.replicas`). Default: 0.
   */
  readonly standbyReplicas?: number;
  /**
   * How much longer than their windows the changelogs of window stores keep their records (Java:
   * `windowstore.changelog.additional.retention.ms`). If the application is off for no longer than this and its state
   * is lost, the open windows can still be restored. It goes by the wall clock, unlike in Java. Default: seven days, as
   * long as a broker keeps the offsets of a group. It applies when a changelog is created.
   */
  readonly windowstoreChangelogAdditionalRetention?: Duration;
  /**
   * How often the cluster is asked for topics that match a pattern, while the application runs (Java:
   * `metadata.max.age.ms` of its consumers). Default: 30 s.
   */
  readonly metadataMaxAge?: Duration;
  /** The topic of records that can't be processed. Default: none; they are only counted. */
  readonly deadLetterTopic?: string;
  /** Default: fail, as in Java. */
  readonly deserializationExceptionHandler?: ErrorHandler;
  /** Default: fail, as in Java. */
  readonly processingExceptionHandler?: ErrorHandler;
  /**
   * True: the processing exception handler also decides about errors of the processors of global stores. Default: false,
   * they stop the application, as in Java (KIP-1270: `processing.exception.handler.global.enabled`).
   */
  readonly processingExceptionHandlerGlobalEnabled?: boolean;
  /**
   * Called for a result that can't be serialized for its topic, is too large for it or for a changelog, or is refused
   * by the cluster. Default: fail, as in Java.
   */
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
  /** Infinite: any timestamp is accepted. */
  readonly maxTimestampAheadMs: number;
  readonly inputBufferMaxBytes: number;
  /** True: updates of tables and partial aggregates are held until the commit. */
  readonly caching: boolean;
  readonly uncommittedMaxBytes: number;
  readonly standbyReplicas: number;
  readonly windowstoreChangelogAdditionalRetentionMs: number;
  readonly metadataMaxAgeMs: number;
  readonly deadLetterTopic: string | undefined;
  readonly deserializationExceptionHandler: ErrorHandler;
  readonly processingExceptionHandler: ErrorHandler;
  readonly processingExceptionHandlerGlobalEnabled: boolean;
  readonly productionExceptionHandler: ErrorHandler;
}

/**
 * The limit with exactly_once_v2: a third of the time that a broker allows a transaction by default, so that a commit
 * may be late.
 */
export const MOST_COMMIT_INTERVAL_MS = 300_000;

const MEGABYTE = 1024 * 1024;
const DEFAULT_CACHE_MAX_BYTES = 64 * MEGABYTE;
const DEFAULT_COMMIT_INTERVAL_MS = { exactly_once_v2: 100, at_least_once: 30_000 } as const;

const duration = z
  .union([z.string(), z.number()])
  .transform(value => parseDuration(value))
  .refine((value): value is number => value !== undefined, {
    error: "must be a duration such as '60s', '500ms' or 60000",
  });

const topicName = z.string().regex(/^[\w.-]{1,200}$/, { error: "must be made of letters, digits, '.', '_' and '-'" });

const handler = z.custom<ErrorHandler>(value => typeof value === 'function', { error: 'must be a function' });

const options = z.strictObject({
  applicationId: topicName,
  applicationServer: z.string().refine(isHostAndPort, { error: 'must be host:port' }).optional(),
  stateDir: z.string().min(1).default('./state'),
  processingGuarantee: z.enum(['exactly_once_v2', 'at_least_once']).default('exactly_once_v2'),
  groupProtocol: z.enum(GROUP_PROTOCOLS).default('classic'),
  commitInterval: duration.optional(),
  idleTimeout: duration.default(5000),
  maxTimestampAhead: duration.optional(),
  inputBufferMaxBytes: z
    .int()
    .min(1)
    .default(64 * MEGABYTE),
  cacheMaxBytes: z.int().min(0).default(DEFAULT_CACHE_MAX_BYTES),
  standbyReplicas: z.int().min(0).max(100).default(0),
  windowstoreChangelogAdditionalRetention: duration.default(7 * 86_400_000),
  metadataMaxAge: duration.default(30_000),
  deadLetterTopic: topicName.optional(),
  deserializationExceptionHandler: handler.default(() => failOnError),
  processingExceptionHandler: handler.default(() => failOnError),
  processingExceptionHandlerGlobalEnabled: z.boolean().default(false),
  productionExceptionHandler: handler.default(() => failOnError),
});

const schema = options.refine(
  ({ commitInterval = 0, processingGuarantee }) =>
    processingGuarantee === 'at_least_once' || commitInterval <= MOST_COMMIT_INTERVAL_MS,
  { path: ['commitInterval'], error: `must be at most ${MOST_COMMIT_INTERVAL_MS} ms with exactly_once_v2` },
);

/** Throws a ConfigError of one line that names the wrong option. */
export function streamsConfig(given: StreamsOptions): StreamsConfig {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${issue?.path.join('.') || 'options'}: ${issue?.message ?? 'not valid'}`);
  }
  const { commitInterval, idleTimeout, cacheMaxBytes, applicationServer, deadLetterTopic, ...others } = parsed.data;
  const { windowstoreChangelogAdditionalRetention, maxTimestampAhead, metadataMaxAge, ...rest } = others;
  return Object.freeze({
    ...rest,
    applicationServer,
    deadLetterTopic,
    idleTimeoutMs: idleTimeout,
    metadataMaxAgeMs: metadataMaxAge,
    maxTimestampAheadMs: maxTimestampAhead ?? Number.POSITIVE_INFINITY,
    windowstoreChangelogAdditionalRetentionMs: windowstoreChangelogAdditionalRetention,
    caching: cacheMaxBytes > 0,
    uncommittedMaxBytes: cacheMaxBytes === 0 ? DEFAULT_CACHE_MAX_BYTES : cacheMaxBytes,
    commitIntervalMs: commitInterval ?? DEFAULT_COMMIT_INTERVAL_MS[rest.processingGuarantee],
  });
}
