import type { ClusterConfig, LibrdkafkaConfig } from './client-config.js';
import { configErrorOf } from './cluster-environment.js';

export const GROUP_PROTOCOLS = ['classic', 'consumer'] as const;

/**
 * How the members of a group share its partitions (Kafka: `group.protocol`). `classic`: each rebalance revokes
 * everything from all members. `consumer` (KIP-848): the broker assigns, and revokes only the partitions that move.
 */
export type GroupProtocol = (typeof GROUP_PROTOCOLS)[number];

const PROPERTIES: Readonly<Record<GroupProtocol, LibrdkafkaConfig>> = {
  // Co-partitioned topics go to the same member, and always in the same way.
  classic: { 'partition.assignment.strategy': 'range', 'session.timeout.ms': 15_000, 'heartbeat.interval.ms': 3000 },
  consumer: { 'group.protocol': 'consumer', 'group.remote.assignor': 'range' },
};

/** Properties that `consumer` does not have, and what to use instead. */
const ONLY_CLASSIC: Readonly<Record<string, string>> = {
  'session.timeout.ms': 'it is set by the broker, as group.consumer.session.timeout.ms',
  'heartbeat.interval.ms': 'it is set by the broker, as group.consumer.heartbeat.interval.ms',
  'partition.assignment.strategy': 'the broker assigns, by group.remote.assignor',
  'group.protocol.type': 'there is only one',
};

/** The properties of a member of a group. */
export function groupProtocolConfig(protocol: GroupProtocol): LibrdkafkaConfig {
  return PROPERTIES[protocol];
}

/**
 * Throws a ConfigError if `clientConfig` has a property that this protocol does not allow. librdkafka refuses it only
 * when it connects.
 */
export function checkGroupProtocol(protocol: GroupProtocol, cluster: ClusterConfig): void {
  for (const property of Object.keys(cluster.clientConfig ?? {})) {
    const wrong = whyNot(protocol, property);
    if (wrong !== undefined) throw configErrorOf(new Error(wrong), cluster);
  }
}

function whyNot(protocol: GroupProtocol, property: string): string | undefined {
  const instead = protocol === 'consumer' ? ONLY_CLASSIC[property] : undefined;
  return instead === undefined ? undefined : `no ${property} with group.protocol=consumer: ${instead}`;
}
