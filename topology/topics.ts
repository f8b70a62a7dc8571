import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'tributary';
import { type Admin, type Clock, KafkaClientError, OutageReports } from 'tributary/kafka';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';

const PARTITIONS = 4;
const RETRY_MS = 1000;
/** The timestamps are event time, of users and of results. A broker's default may be the time of the write. */
const STREAM = Object.freeze({ 'message.timestamp.type': 'CreateTime' });
const TABLE = Object.freeze({ ...STREAM, 'cleanup.policy': 'compact' });

const CONFIGS: Readonly<Record<keyof UsersTopics, Readonly<Record<string, string>>>> = Object.freeze({
  user: STREAM,
  cleaned: STREAM,
  rejected: STREAM,
  countryCount: TABLE,
  distinctUsers: TABLE,
  windowSummary: TABLE,
});

/** Creates the missing topics. An existing topic keeps its partitions and its configuration. */
export async function createTopics(admin: Admin, topics: UsersTopics = DEFAULT_TOPICS): Promise<void> {
  const names = Object.keys(DEFAULT_TOPICS) as (keyof UsersTopics)[];
  const configs = names.map(name => [topics[name], CONFIGS[name]] as const);
  const existing = await admin.partitionCounts(Object.values(topics));
  const missing = configs.filter(([topic]) => !existing.has(topic));
  await Promise.all(missing.map(([topic, config]) => admin.createTopic(topic, { partitions: PARTITIONS, config })));
}

/** The same, but waits for the cluster without a limit, or until `signal` is aborted. Closes `admin`. */
export async function createTopicsWhenReachable(
  admin: Admin,
  topics: UsersTopics,
  { logger, clock }: { readonly logger: Logger; readonly clock: Pick<Clock, 'monotonic'> },
  signal: AbortSignal,
): Promise<void> {
  const outages = new OutageReports(clock.monotonic);
  try {
    while (!signal.aborted) {
      try {
        await createTopics(admin, topics);
        return;
      } catch (error) {
        if (!(error instanceof KafkaClientError)) throw error;
        if (outages.isDue()) logger.warn(`waiting for the cluster: ${error.message}`);
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  } finally {
    await admin.close();
  }
}
