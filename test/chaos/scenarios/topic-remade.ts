import { setTimeout as delay } from 'node:timers/promises';
import { readAll, readEach } from '../../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../../broker/topics.js';
import { auditTotals } from '../audit-totals.js';
import { clearTopics } from '../cluster.js';
import { Input } from '../input.js';
import { readTruth } from '../read-truth.js';
import { INPUT_TOPIC, UserContent } from '../user-content.js';
import { usersCheck } from '../users-check.js';
import { DISORDER_MS, LEAD_MS, LOAD } from './load.js';
import type { Scenario, Stage } from './scenario.js';

const PROCESSES = 2;
const TOPIC = 'user-rejected';
const USERS_PER_SECOND = 3000;
const CHECK_EVERY_MS = 200;
const PROCESSED_WITHIN_MS = 60_000;
/** Shorter and longer than the client waits for a topic that it does not find (`topic.metadata.propagation.max.ms`, 30 s). */
const MISSING_MS = [8000, 45_000];

/**
 * Not among the faults of a round: what was in a topic is gone with it. It is known exactly what must be there in the end if all that
 * was sent before has been committed when the topic is deleted, so the input waits for that.
 */
export const topicRemade: Scenario = {
  description: 'the topic of the dead letters is deleted, and made again some seconds later, while users are rejected',
  users: 60_000,
  mayEnd: true,
  run: async stage => {
    for (const missingMs of MISSING_MS) await remade(stage, missingMs);
  },
};

async function remade(stage: Stage, missingMs: number): Promise<void> {
  const { cluster, seed, users } = stage;
  const { address } = cluster.broker;
  await clearTopics(cluster);
  const deployment = await stage.deploy(PROCESSES, LOAD.environment);
  await deployment.start(deployment.members.all);
  // The last users are rejected when the topic is there again.
  const sendMs = (users / USERS_PER_SECOND) * 1000 + missingMs;
  const input = new Input({
    brokers: address,
    plan: { records: users, sendMs, ending: 'records' },
    content: new UserContent(seed, LOAD.partitions, DISORDER_MS),
    leadMs: LEAD_MS,
  });
  let deletedAt: ReadonlyMap<number, number> = new Map();
  const remaking = async (): Promise<void> => {
    await delay((sendMs - missingMs) / 2);
    const paused = await input.pause(async () => {
      deletedAt = await processed(stage, deployment.auditTopic);
      await deleteTopics(address, [TOPIC]);
    });
    if (!paused) stage.fail('all users were sent before the topic was deleted');
    await delay(missingMs);
    const isThere = (await topicPartitions(address)).has(TOPIC);
    // A process that starts makes it itself.
    if (!isThere) await createTopic(address, TOPIC, LOAD.partitions);
    stage.report(`${TOPIC} was missing for ${missingMs} ms, and ${isThere ? 'a process' : 'somebody'} made it again`);
  };
  // One that fails must not leave the other at work.
  const failed = (await Promise.allSettled([input.send(), remaking()])).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const truth = await readTruth(address, LOAD);
  const gone = truth.forgetRejected(deletedAt);
  const { differences } = await deployment.judge(usersCheck(address, deployment.auditTopic, truth));
  const { all } = deployment.members;
  const aborts = all.flatMap(({ logs }) => logs).reduce((sum, log) => sum + log.aborts, 0);
  stage.report(
    `${truth.produced} records, ${gone} rejected before the topic was deleted and ${truth.rejected.size} after; aborted transactions ${aborts}; ended by themselves: ${all.flatMap(({ ownEnds }) => ownEnds).join('; ') || 'none'}`,
  );
  for (const text of [...differences, ...deployment.rebuilt]) stage.fail(`missing for ${missingMs} ms: ${text}`);
}

/** Waits until all that is in the input is committed. Resolves with its ends. */
async function processed({ cluster }: Stage, auditTopic: string): Promise<ReadonlyMap<number, number>> {
  const { address } = cluster.broker;
  const ends = new Map<number, number>();
  let sent = 0;
  await readEach(address, INPUT_TOPIC, {}, ({ partition, offset }) => {
    sent++;
    ends.set(partition, offset + 1);
  });
  const deadline = Date.now() + PROCESSED_WITHIN_MS;
  while (auditTotals(await readAll(address, auditTopic)).in < sent) {
    if (Date.now() > deadline) throw new Error(`not all of ${sent} records are processed`);
    await delay(CHECK_EVERY_MS);
  }
  return ends;
}
