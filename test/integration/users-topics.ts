import { deleteTopics, topicPartitions } from '../broker/topics.js';

/** Topics whose names the users application fixes. */
const TOPICS = ['user', 'user-cleaned', 'user-rejected', 'country-count', 'distinct-users', 'window-summary'];

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
