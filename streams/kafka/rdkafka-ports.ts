import kafka, { type KafkaConsumer } from 'node-rdkafka';
import type { ClusterConfig, StatisticsListener } from './client-config.js';
import { lackingFeatures } from './client-features.js';
import { configErrorOf } from './cluster-environment.js';
import type { Logger } from './logger.js';
import type { Admin, Clock, Consumer, Ports, Producer } from './ports.js';
import { RdKafkaAdmin } from './rdkafka-admin.js';
import { RdKafkaConsumer } from './rdkafka-consumer.js';
import { redacted } from './rdkafka-error.js';
import { RdKafkaProducer } from './rdkafka-producer.js';
import { type Redaction, redactedLogger, redactionOf } from './redaction.js';
import { checkClientConfig } from './reserved-properties.js';

/** The clock of the machine. */
export const SYSTEM_CLOCK: Clock = Object.freeze({ now: () => Date.now(), monotonic: () => performance.now() });

export interface RdKafkaListeners {
  /** Called every 10 s for each consumer of a group and each producer. */
  readonly onStatistics?: StatisticsListener;
}

/**
 * The ports of a process: node-rdkafka on one cluster, and the clock of the machine. No error and no log line has a
 * secret of the cluster's configuration. With the first client, the log reports what this build of librdkafka lacks.
 * Throws a ConfigError if `clientConfig` has a property that the runtime sets itself. Creating a client throws one if
 * librdkafka refuses the configuration.
 */
export function rdKafkaPorts(cluster: ClusterConfig, logger: Logger, { onStatistics }: RdKafkaListeners = {}): Ports {
  checkClientConfig(cluster.clientConfig);
  const redact = redactionOf(cluster);
  const log = redactedLogger(logger, redact);
  // The embedded broker only has records that clients of this build have written.
  let lacks = cluster.embedded ? [] : lackingFeatures(kafka.features);
  const made = <T>(make: () => T): T => {
    let client: T;
    try {
      client = make();
    } catch (refusal) {
      throw configErrorOf(refusal, cluster);
    }
    // Only after the configuration is accepted: a refusal is one line.
    for (const lack of lacks) log.warn(lack);
    lacks = [];
    return client;
  };
  const groupClient = (consumer: Consumer): KafkaConsumer => {
    if (!(consumer instanceof RdKafkaConsumer)) throw new TypeError('the consumer is not one of node-rdkafka');
    return consumer.client;
  };
  return {
    clock: SYSTEM_CLOCK,
    consumer: options => made((): Consumer => new RdKafkaConsumer(cluster, options, log, onStatistics)),
    producer: options => made((): Producer => new RdKafkaProducer(cluster, options, log, groupClient, onStatistics)),
    admin: () =>
      redactedAdmin(
        made(() => new RdKafkaAdmin(cluster)),
        redact,
      ),
  };
}

function redactedAdmin(admin: Admin, redact: Redaction): Admin {
  return {
    partitionCounts: topics => redacted(redact, admin.partitionCounts(topics)),
    createTopic: (topic, config) => redacted(redact, admin.createTopic(topic, config)),
    createPartitions: (topic, total) => redacted(redact, admin.createPartitions(topic, total)),
    deleteTopic: topic => redacted(redact, admin.deleteTopic(topic)),
    close: () => admin.close(),
  };
}
