import { setTimeout as delay } from 'node:timers/promises';
import kafka, { type IAdminClient, type Metadata } from 'node-rdkafka';

const TIMEOUT_MS = 30_000;
const RETRY_MS = 20;

/** Creates the topic and waits until each partition has a leader. Rejects where the topic exists. */
export async function createTopic(
  address: string,
  name: string,
  partitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withAdmin(address, admin => {
    const topic = { topic: name, num_partitions: partitions, replication_factor: 1, config: { ...config } };
    return settled(done => admin.createTopic(topic, TIMEOUT_MS, done));
  });
  await untilTopics(address, topics => (topics.get(name) ?? 0) === partitions, `topic ${name} with its leaders`);
}

/** Deletes those of the topics that exist and waits until they are gone. */
export async function deleteTopics(address: string, names: readonly string[]): Promise<void> {
  const present = await topicPartitions(address);
  const doomed = [...new Set(names)].filter(name => present.has(name));
  if (doomed.length === 0) return;
  await withAdmin(address, async admin => {
    for (const name of doomed) await settled(done => admin.deleteTopic(name, TIMEOUT_MS, done));
  });
  await untilTopics(address, topics => !doomed.some(name => topics.has(name)), `the end of ${doomed.join(', ')}`);
}

/** All topics of the cluster with the number of their partitions that have a leader. */
export async function topicPartitions(address: string): Promise<ReadonlyMap<string, number>> {
  const client = new kafka.Producer({ 'metadata.broker.list': address, 'client.id': 'topics' });
  const metadata = await new Promise<Metadata>((resolve, reject) => {
    client.connect({ timeout: TIMEOUT_MS, allTopics: true }, (error, answer) => {
      if (error) reject(new Error(error.message));
      else resolve(answer);
    });
  });
  await new Promise<void>(resolve => client.disconnect(() => resolve()));
  return new Map(
    metadata.topics.map(topic => [topic.name, topic.partitions.filter(partition => partition.leader >= 0).length]),
  );
}

async function untilTopics(
  address: string,
  condition: (topics: ReadonlyMap<string, number>) => boolean,
  awaited: string,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!condition(await topicPartitions(address))) {
    if (Date.now() > deadline) throw new Error(`no ${awaited} after ${TIMEOUT_MS} ms`);
    await delay(RETRY_MS);
  }
}

async function withAdmin<T>(address: string, use: (admin: IAdminClient) => Promise<T>): Promise<T> {
  const admin = kafka.AdminClient.create({ 'metadata.broker.list': address, 'client.id': 'topics' });
  try {
    return await use(admin);
  } finally {
    admin.disconnect();
  }
}

function settled(call: (done: (error: { readonly message: string } | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call(error => {
      if (error) reject(new Error(error.message));
      else resolve();
    });
  });
}
