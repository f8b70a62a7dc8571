import { checkClientConfig } from './reserved-properties.js';

export const FETCHERS = ['tributary', 'librdkafka'] as const;

/**
 * Who fetches the records of consumers: the fetcher of this library, or librdkafka. With either, librdkafka is the
 * member of the group.
 */
export type FetcherName = (typeof FETCHERS)[number];

export const DEFAULT_FETCHER: FetcherName = 'tributary';

/** What every client needs to connect to the cluster. */
export interface ClusterConfig {
  /** `host:port,...` */
  readonly brokers: string;
  readonly clientId: string;
  /**
   * Passed to librdkafka unchanged (TLS, SASL), with precedence over the defaults: `{'security.protocol': 'ssl'}`.
   * Properties that exactly-once depends on are refused with a ConfigError.
   */
  readonly clientConfig?: Readonly<Record<string, string>>;
  /** Who fetches the records of consumers. Default: `DEFAULT_FETCHER`. */
  readonly fetcher?: FetcherName;
  /** True for the embedded broker. It has no request to create a topic: a metadata request for a topic creates it. */
  readonly embedded?: boolean;
}

/** Gets the statistics of one client, in the JSON that librdkafka writes. */
export type StatisticsListener = (json: string) => void;

const STATISTICS_INTERVAL_MS = 10_000;

export type LibrdkafkaConfig = Record<string, string | number | boolean>;

/**
 * The librdkafka properties of all clients of a cluster, overridden by the `own` properties of a client. Throws a
 * ConfigError if `clientConfig` has a property that the runtime sets itself.
 */
export function librdkafkaConfig(cluster: ClusterConfig, own: LibrdkafkaConfig): LibrdkafkaConfig {
  checkClientConfig(cluster.clientConfig);
  return {
    'metadata.broker.list': cluster.brokers,
    'client.id': cluster.clientId,
    'socket.keepalive.enable': true,
    'reconnect.backoff.ms': 20,
    'reconnect.backoff.max.ms': 2000,
    ...own,
    ...cluster.clientConfig,
  };
}

/** Properties of a producer's topics. node-rdkafka ignores them among the properties of the client. */
const TOPIC_PROPERTIES: ReadonlySet<string> = new Set([
  'acks',
  'compression.level',
  'delivery.timeout.ms',
  'message.timeout.ms',
  'partitioner',
  'queuing.strategy',
  'request.required.acks',
  'request.timeout.ms',
]);

/**
 * The configuration of a producer, whose topics have properties of their own. Keyed records go to the partition where
 * Java's clients put them (`murmur2_random`).
 */
export function producerConfig(
  cluster: ClusterConfig,
  own: LibrdkafkaConfig,
): { readonly client: LibrdkafkaConfig; readonly topic: LibrdkafkaConfig } {
  const client: LibrdkafkaConfig = {};
  const topic: LibrdkafkaConfig = {};
  const all = librdkafkaConfig(cluster, { partitioner: 'murmur2_random', ...own });
  for (const [name, value] of Object.entries(all)) (TOPIC_PROPERTIES.has(name) ? topic : client)[name] = value;
  return { client, topic };
}

/** Statistics cost the client something, so they are on only if somebody listens. */
export function statisticsConfig(listener: StatisticsListener | undefined): LibrdkafkaConfig {
  return listener === undefined ? {} : { 'statistics.interval.ms': STATISTICS_INTERVAL_MS };
}
