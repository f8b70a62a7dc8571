import type { KafkaConsumer } from 'node-rdkafka';
import type { ClusterConfig } from './client-config.js';
import type { Logger } from './logger.js';
import type { Consumer, Ports } from './ports.js';
import { RdKafkaAdmin } from './rdkafka-admin.js';
import { RdKafkaConsumer } from './rdkafka-consumer.js';
import { RdKafkaProducer } from './rdkafka-producer.js';

/** The ports of a process: node-rdkafka on one cluster, and the clock of the machine. */
export function rdKafkaPorts(cluster: ClusterConfig, logger: Logger): Ports {
  const groupClient = (consumer: Consumer): KafkaConsumer => {
    if (!(consumer instanceof RdKafkaConsumer)) throw new TypeError('the consumer is not one of node-rdkafka');
    return consumer.client;
  };
  return {
    clock: { now: () => Date.now() },
    consumer: options => new RdKafkaConsumer(cluster, options, logger),
    producer: options => new RdKafkaProducer(cluster, options, logger, groupClient),
    admin: () => new RdKafkaAdmin(cluster),
  };
}
