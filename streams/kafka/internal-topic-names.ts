/** The topic to which the tasks of an application send their checkpoints. */
export function auditTopicOf(applicationId: string): string {
  return `${applicationId}-audit`;
}

export function changelogTopicOf(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`;
}

export function repartitionTopicOf(applicationId: string, repartition: string): string {
  return `${applicationId}-${undecoratedRepartitionTopic(repartition)}`;
}

/** Topics of Kafka itself (Java: `org.apache.kafka.common.internals.Topic`). */
const TOPICS_OF_KAFKA: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
]);

/** True for a topic of Kafka itself, and for one that the application may have created, also with another topology. */
export function isInternalTopic(topic: string, applicationId: string): boolean {
  if (TOPICS_OF_KAFKA.has(topic) || topic === auditTopicOf(applicationId)) return true;
  return topic.startsWith(`${applicationId}-`) && /-(?:repartition|changelog)$/.test(topic);
}

/** A repartition topic as `describe()` and Java's name it, without the application id. */
export function undecoratedRepartitionTopic(repartition: string): string {
  return `${repartition}-repartition`;
}
