import { setTimeout as delay } from 'node:timers/promises';
import { readEach } from '../../broker/read-all.js';
import { topicPartitions } from '../../broker/topics.js';
import { clearTopics } from '../cluster.js';
import type { Deployment } from '../deployment.js';
import { Input } from '../input.js';
import { readTruth } from '../read-truth.js';
import { DISORDER_MS, LEAD_MS, LOAD } from './load.js';
import type { Scenario, Stage } from './scenario.js';

const PROCESSES = 2;
const USERS_PER_SECOND = 3000;
const WEEKEND_MS = 3 * 86_400_000;
const CHECK_EVERY_MS = 1000;
/** For the broker to delete what is too old. */
const DELETED_WITHIN_MS = 5000;

/**
 * It is the processes' Friday first: their clocks and all timestamps are three days behind the broker's clock, so that it deletes what it
 * would have deleted by Monday.
 */
export const weekend: Scenario = {
  description: 'all processes end, by SIGTERM and by kill -9, users wait for them for three days: no window is lost',
  users: 60_000,
  broker: {
    'log.retention.check.interval.ms': String(CHECK_EVERY_MS),
    'log.initial.task.delay.ms': String(CHECK_EVERY_MS),
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
    plan: { seed, users, sendMs, ending: 'records' },
    partitions: LOAD.partitions,
    leadMs: LEAD_MS - WEEKEND_MS,
    disorderMs: DISORDER_MS,
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
  await delay(DELETED_WITHIN_MS);
  stage.tell(`${signal} on Friday; on Monday there are ${await changelogsText(address, deployment)}`);
  await clocks.shift(WEEKEND_MS);
  await deployment.start(members.all);
  const truth = await readTruth(address, LOAD);
  const { differences } = await deployment.judge(address, truth);
  stage.tell(`${truth.produced} records, ${truth.summaries.size} windows`);
  for (const text of [...differences, ...deployment.rebuilt]) stage.fail(`after ${signal}: ${text}`);
}

/** How much of the changelogs is left. */
async function changelogsText(address: string, { applicationId }: Deployment): Promise<string> {
  const names = [...(await topicPartitions(address)).keys()];
  const prefix = `${applicationId}-`;
  const parts: string[] = [];
  for (const topic of names.filter(name => name.startsWith(prefix) && name.endsWith('-changelog')).sort()) {
    let records = 0;
    await readEach(address, topic, {}, () => records++);
    parts.push(`${records} records in ${topic.slice(prefix.length)}`);
  }
  return parts.join(', ');
}
