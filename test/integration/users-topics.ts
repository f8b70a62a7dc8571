import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { deleteTopics, topicPartitions } from '../broker/topics.js';

const TOPICS: readonly string[] = Object.values(DEFAULT_TOPICS);

/** Throws if the cluster has topics of the application: a test would delete them. */
export async function refuseUsersTopics(brokers: string): Promise<void> {
  const present = await topicPartitions(brokers);
  const taken = TOPICS.filter(topic => present.has(topic));
  if (taken.length > 0) {
    throw new Error(`the cluster has topics of the application, which this test would delete: ${taken}`);
  }
}

/** Deletes the topics of one application, its internal ones too. */
export async function deleteUsersTopics(brokers: string, applicationId: string): Promise<void> {
  const present = [...(await topicPartitions(brokers)).keys()];
  await deleteTopics(
    brokers,
    present.filter(topic => TOPICS.includes(topic) || topic.startsWith(`${applicationId}-`)),
  );
}
