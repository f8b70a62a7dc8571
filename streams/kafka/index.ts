/**
 * Clients of Kafka: the four ports (clock, consumer, producer, admin) and their implementation on node-rdkafka, the
 * cluster that the environment names, and readers and writers of plain topics.
 */

export type { ClusterConfig, FetcherName, StatisticsListener } from './client-config.js';
export { clusterFromEnvironment, configErrorOf } from './cluster-environment.js';
export { ConfigError } from './config-error.js';
export { type DeliveryCounts, DeliveryProducer, type DeliveryProducerOptions } from './delivery-producer.js';
export { type Duration, milliseconds, parseDuration } from './duration.js';
export { type EmbeddedBroker, type EmbeddedBrokerOptions, startEmbeddedBroker } from './embedded-broker.js';
export { checkGroupProtocol, GROUP_PROTOCOLS, type GroupProtocol } from './group-protocol.js';
export { auditTopicOf, repartitionTopicOf } from './internal-topic-names.js';
export type { Logger } from './logger.js';
export { OutageReports } from './outage-reports.js';
export {
  type Admin,
  type ClientErrorKind,
  type Clock,
  type Consumer,
  type ConsumerOptions,
  KafkaClientError,
  type PartitionOffsets,
  type PolledBatch,
  type Ports,
  type Producer,
  type ProducerOptions,
  type RebalanceListener,
  type RefusedRecord,
  type TopicConfig,
  type UnreadableBatch,
} from './ports.js';
export { type RdKafkaListeners, rdKafkaPorts, SYSTEM_CLOCK } from './rdkafka-ports.js';
export type { ConsumerRecord, Header, Headers, TopicPartition, TopicPartitionOffset } from './record.js';
export { type Redaction, redactionOf, withoutUsers } from './redaction.js';
export { topicsFromEnvironment } from './topic-names.js';
export { readTopic, TopicReader } from './topic-reader.js';
