import { setTimeout as delay } from 'node:timers/promises';
import { readEach } from '../../broker/read-all.js';
import { setTopicSetting, topicSetting } from '../../broker/topic-config.js';
import { topicPartitions } from '../../broker/topics.js';
import { clearTopics } from '../cluster.js';
import type { Deployment } from '../deployment.js';
import { Input } from '../input.js';
import { readTruth } from '../read-truth.js';
import { UserContent } from '../user-content.js';
import { usersCheck } from '../users-check.js';
import { DISORDER_MS, LEAD_MS, LOAD } from './load.js';
import type { Scenario, Stage } from './scenario.js';

/** With more of them tasks move as they start on Monday, and what one had before is old by right. */
const PROCESSES = 1;
const USERS_PER_SECOND = 3000;
const WEEKEND_MS = 3 * 86_400_000;
const CHECK_EVERY_MS = 1000;
/** For the broker to delete what is too old. */
const DELETED_WITHIN_MS = 8000;
const RETENTION = 'retention.ms';
const UNLIMITED = -1;

/**
 * It is the processes' Friday first: their clocks and all timestamps are three days slow. The broker's clock does not go on with theirs
 * by Monday; instead the topics of the application keep their records three days shorter for a while.
 */
export const weekend: Scenario = {
  description: 'the process ends, by SIGTERM and by kill -9, users wait for it for three days: no window is lost',
  users: 60_000,
  broker: {
    'log.retention.check.interval.ms': String(CHECK_EVERY_MS),
    'log.initial.task.delay.ms': String(CHECK_EVERY_MS),
    'log.cleaner.backoff.ms': String(CHECK_EVERY_MS),
  },
  run: async stage => {
    await off(stage, 'SIGTERM');
    await off(stage, 'SIGKILL');
  },
};

async function off(stage: Stage, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { cluster, seed, users } = stage;
  const { address } = cluster.broker;
  await clearTopics(cluster);
  const deployment = await stage.deploy(PROCESSES, LOAD.environment);
  const { members, clocks } = deployment;
  await clocks.shift(-WEEKEND_MS);
  await deployment.start(members.all);
  const sendMs = (users / USERS_PER_SECOND) * 1000;
  const input = new Input({
    brokers: address,
    plan: { records: users, sendMs, ending: 'records' },
    content: new UserContent(seed, LOAD.partitions, DISORDER_MS),
    leadMs: LEAD_MS - WEEKEND_MS,
  });
  const ending = async (): Promise<void> => {
    await delay(sendMs / 2);
    const paused = await input.pause(async () => {
      if (signal === 'SIGTERM') for (const text of await deployment.stop()) stage.fail(text);
      await Promise.all(members.all.map(member => member.kill()));
    });
    if (!paused) stage.fail('all users were sent before the processes ended');
  };
  // One that fails must not leave the other at work.
  const failed = (await Promise.allSettled([input.send(), ending()])).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const before = await changelogSizes(address, deployment);
  await passWeekend(address, [...before.keys()]);
  const after = await changelogSizes(address, deployment);
  const left = [...before].map(
    ([topic, records]) => `${after.get(topic) ?? 0} of ${records} records in ${nameOf(topic, deployment)}`,
  );
  stage.report(`${signal} on Friday; on Monday there are ${left.join(', ')}`);
  await clocks.shift(WEEKEND_MS);
  await deployment.start(members.all);
  const truth = await readTruth(address, LOAD);
  const { differences } = await deployment.judge(usersCheck(address, deployment.auditTopic, truth));
  stage.report(`${truth.produced} records, ${truth.summaries.size} windows`);
  for (const text of differences) stage.fail(`after ${signal}: ${text}`);
  // After kill -9 the last seconds are in the changelogs only: what they had for days has to be read from their beginning.
  const says = signal === 'SIGTERM' ? (text: string): void => stage.fail(text) : stage.report;
  for (const text of deployment.rebuilt) says(`after ${signal}: ${text}`);
}

/** What a topic would keep for less than the weekend from now on is deleted, as far as whole segments of it are too old. */
async function passWeekend(address: string, topics: readonly string[]): Promise<void> {
  const retentions = new Map<string, number>();
  for (const topic of topics) retentions.set(topic, Number(await topicSetting(address, topic, RETENTION)));
  const limited = [...retentions].filter(([, retentionMs]) => retentionMs !== UNLIMITED);
  for (const [topic, retentionMs] of limited) {
    await setTopicSetting(address, topic, RETENTION, String(Math.max(1, retentionMs - WEEKEND_MS)));
  }
  await delay(DELETED_WITHIN_MS);
  for (const [topic, retentionMs] of limited) await setTopicSetting(address, topic, RETENTION, String(retentionMs));
}

/** Without the application's id. */
function nameOf(topic: string, { applicationId }: Deployment): string {
  return topic.slice(applicationId.length + 1);
}

/** Records in each changelog. */
async function changelogSizes(address: string, { applicationId }: Deployment): Promise<ReadonlyMap<string, number>> {
  const names = [...(await topicPartitions(address)).keys()];
  const sizes = new Map<string, number>();
  for (const topic of names.filter(name => name.startsWith(`${applicationId}-`) && name.endsWith('-changelog'))) {
    let records = 0;
    await readEach(address, topic, {}, () => records++);
    sizes.set(topic, records);
  }
  return sizes;
}
