import kafka from 'node-rdkafka';
import {
  type ClusterConfig,
  type LibrdkafkaConfig,
  librdkafkaConfig,
  type StatisticsListener,
  statisticsConfig,
} from './client-config.js';
import { lacksCodec } from './client-features.js';
import { type GroupProtocol, groupProtocolConfig } from './group-protocol.js';
import type { ConsumerOptions } from './ports.js';
import { TopicIds } from './topic-ids.js';
import { UnreadableBatches } from './unreadable-batches.js';

/** The properties of a consumer's topics. node-rdkafka ignores them among the properties of the client. */
export const CONSUMER_TOPIC_CONFIG: LibrdkafkaConfig = Object.freeze({ 'auto.offset.reset': 'earliest' });

/** The librdkafka properties of a consumer. */
export function consumerConfig(
  cluster: ClusterConfig,
  options: ConsumerOptions,
  protocol: GroupProtocol,
  statistics: StatisticsListener | undefined,
): LibrdkafkaConfig {
  const config = librdkafkaConfig(cluster, {
    'client.id': options.clientId,
    'group.id': options.groupId ?? options.clientId,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'isolation.level': 'read_committed',
    'enable.partition.eof': true,
    ...groupProtocolConfig(protocol),
    // The prefetch queue. The default of 64 MB a partition is most of a process's memory. A message adds some 600
    // bytes.
    'queued.max.messages.kbytes': 8192,
    // Without a group it reads changelogs from far behind. With 5000 its queue is empty at times during a fetch: 1 M
    // entries are restored at 208 k/s in the middle of 16 rounds, with 20,000 at 220 k/s.
    'queued.min.messages': options.groupId === undefined ? 20_000 : 5000,
    'fetch.queue.backoff.ms': 10,
    'fetch.wait.max.ms': 100,
    'topic.metadata.refresh.interval.ms': 30_000,
    ...statisticsConfig(statistics),
    ...(options.groupInstanceId === undefined ? {} : { 'group.instance.id': options.groupInstanceId }),
  });
  return { ...config, ...debugContexts(config.debug, followsTopicIds(options)) };
}

/** Whoever has offsets of a topic must notice that it is another one. */
export function followsTopicIds({ followsTopicIds, groupId }: ConsumerOptions): boolean {
  return followsTopicIds ?? groupId !== undefined;
}

/** Makes the client log topic ids, if they matter, and batches that it can't decompress. */
function debugContexts(given: unknown, needsIds: boolean): { readonly debug?: string } {
  const ids = needsIds ? { debug: TopicIds.debugContexts(given) } : {};
  return lacksCodec(kafka.features) ? { debug: UnreadableBatches.debugContexts(ids.debug ?? given) } : ids;
}
