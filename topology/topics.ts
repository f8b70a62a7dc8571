import type { Admin } from '../streams/kafka/ports.js';

/** The topics of the application. People's scripts rely on the names. */
export const topics = Object.freeze({
  user: 'user',
  cleaned: 'user-cleaned',
  rejected: 'user-rejected',
  countryCount: 'country-count',
  distinctUsers: 'distinct-users',
  windowSummary: 'window-summary',
});

const PARTITIONS = 4;
const TABLE = Object.freeze({ 'cleanup.policy': 'compact' });

const CONFIGS: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.freeze({
  [topics.user]: {},
  [topics.cleaned]: {},
  [topics.rejected]: {},
  [topics.countryCount]: TABLE,
  [topics.distinctUsers]: TABLE,
  [topics.windowSummary]: TABLE,
});

/** Creates those that are not there; one that exists keeps its partitions and its configuration. */
export async function createTopics(admin: Admin): Promise<void> {
  const existing = await admin.partitionCounts(Object.keys(CONFIGS));
  for (const [topic, config] of Object.entries(CONFIGS)) {
    if (!existing.has(topic)) await admin.createTopic(topic, { partitions: PARTITIONS, config });
  }
}
