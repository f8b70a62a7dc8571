import type { TopicPartition } from '../kafka/record.js';

/** A static member of a consumer group. */
export interface GroupMember {
  /** Its `group.instance.id`. */
  readonly instanceId: string;
  /** The topics that it subscribes to. */
  readonly topics: readonly string[];
}

/**
 * The partitions of each member, by `group.instance.id`, as Kafka's range assignor gives them (Java: `RangeAssignor`;
 * librdkafka: `rdkafka_range_assignor.c`), without racks. Each topic is divided among the members that subscribe to it,
 * in the order of their ids: each gets the next partitions, the first ones one more if they do not divide evenly. So
 * topics with the same subscribers and the same number of partitions are divided alike. A topic without partitions is
 * given to nobody.
 *
 * It is written apart from what the runtime expects of the group, so that tests notice if the runtime expects something
 * else.
 */
export function assignByRange(
  members: readonly GroupMember[],
  partitionCount: (topic: string) => number,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const assigned = new Map<string, TopicPartition[]>(members.map(({ instanceId }) => [instanceId, []]));
  for (const topic of new Set(members.flatMap(({ topics }) => topics))) {
    const subscribers = members.filter(({ topics }) => topics.includes(topic)).sort(byInstanceId);
    const count = partitionCount(topic);
    let partition = 0;
    for (const [index, { instanceId }] of subscribers.entries()) {
      const share = Math.ceil((count - partition) / (subscribers.length - index));
      for (const end = partition + share; partition < end; partition++) {
        assigned.get(instanceId)?.push({ topic, partition });
      }
    }
  }
  return assigned;
}

/** By bytes, as librdkafka compares them. */
function byInstanceId(a: GroupMember, b: GroupMember): number {
  return Buffer.compare(Buffer.from(a.instanceId), Buffer.from(b.instanceId));
}
