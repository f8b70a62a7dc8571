/** What every client needs to reach the cluster. */
export interface ClusterConfig {
  /** `host:port,...` */
  readonly brokers: string;
  readonly clientId: string;
  /** Passed to librdkafka as it is (TLS, SASL), over our defaults: `{'security.protocol': 'ssl'}`. */
  readonly clientConfig?: Readonly<Record<string, string>>;
  /** It is the embedded broker, which knows no request to create a topic: there, asking for a topic makes it. */
  readonly embedded?: boolean;
}

export type LibrdkafkaConfig = Record<string, string | number | boolean>;

/** The librdkafka properties that all clients of one cluster share, with `own` properties of the client over them. */
export function librdkafkaConfig(cluster: ClusterConfig, own: LibrdkafkaConfig): LibrdkafkaConfig {
  return {
    'metadata.broker.list': cluster.brokers,
    'client.id': cluster.clientId,
    'socket.keepalive.enable': true,
    'reconnect.backoff.ms': 50,
    'reconnect.backoff.max.ms': 2000,
    ...own,
    ...cluster.clientConfig,
  };
}
