import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readEach } from '../../broker/read-all.js';
import type { Deployment } from '../deployment.js';
import type { Replay } from '../process-log.js';
import { readTruth } from '../read-truth.js';
import { usersCheck } from '../users-check.js';
import { type ChangelogOnDisk, changelogsOnDisk } from './changelogs-on-disk.js';
import { LOAD, underLoad } from './load.js';
import { type Placement, placements, placementsText } from './placement.js';
import type { Scenario, Stage } from './scenario.js';

const PROCESSES = 3;
const USERS_PER_SECOND = 3000;
/** Under load, before all are stopped and before all are killed: LevelDB gets some batches in that time. */
const PAUSE_MS = 8000;

export const instances: Scenario = {
  description:
    'three processes share a state directory; after SIGTERM, and after kill -9, each has its own state again',
  users: 120_000,
  run: async stage => {
    const { address } = stage.cluster.broker;
    const deployment = await stage.deploy(PROCESSES, LOAD.environment);
    const { all } = deployment.members;
    await deployment.start(all);
    const before = await placements(all, LOAD.partitions);
    stage.report(`started: ${placementsText(before)}`);
    for (const [number, { name, log }] of all.entries()) {
      const slot = path.basename(log.location ?? '');
      if (slot !== String(number)) stage.fail(`${name}, process number ${number + 1}, has slot ${slot}`);
    }
    await underLoad(stage, USERS_PER_SECOND, async () => {
      await delay(PAUSE_MS);
      await restartInOrder(stage, deployment, before);
      await delay(PAUSE_MS);
      await killAll(stage, deployment, before);
    });
    const truth = await readTruth(address, LOAD);
    const { differences } = await deployment.judge(usersCheck(address, deployment.auditTopic, truth));
    stage.report(`${truth.produced} records, ${truth.summaries.size} windows`);
    for (const text of [...differences, ...deployment.rebuilt]) stage.fail(text);
  },
};

/** SIGTERM to all; they start again in another order, so each process takes the slot of another one. */
async function restartInOrder(stage: Stage, deployment: Deployment, before: readonly Placement[]): Promise<void> {
  for (const text of await deployment.stop()) stage.fail(text);
  const order = [...deployment.members.all].reverse();
  await deployment.start(order);
  await checkPlacements(stage, deployment, before, 'after SIGTERM to all');
  const replays = order.flatMap(({ log }) => log.replays);
  const replayed = records(replays);
  stage.report(
    `started again as ${order.map(({ name }) => name).join(', ')}: changelog records replayed ${replayed} in ${replays.length} stores; ${startTimes(deployment)}`,
  );
  if (replayed > 0) stage.fail(`${replayed} changelog records were replayed after an orderly end`);
}

/** What is replayed then is at most what was written since the last LevelDB batch of the task. */
async function killAll(stage: Stage, deployment: Deployment, before: readonly Placement[]): Promise<void> {
  const { all } = deployment.members;
  const application = { id: deployment.applicationId, partitions: LOAD.partitions };
  const locations = new Map(all.map(({ log }) => [path.basename(log.location ?? ''), log.location ?? '']));
  await Promise.all(all.map(member => member.kill()));
  const onDisk: ChangelogOnDisk[] = [];
  for (const { slot, tasks } of before) {
    onDisk.push(...(await changelogsOnDisk(locations.get(slot) ?? '', tasks, application)));
  }
  const written = await writtenRecords(stage.cluster.broker.address, onDisk);
  await deployment.start(all);
  await checkPlacements(stage, deployment, before, 'after kill -9 of all');
  const replays = all.flatMap(({ log }) => log.replays);
  stage.report(`killed and started again: changelog records replayed ${records(replays)}; ${startTimes(deployment)}`);
  for (const task of new Set(onDisk.map(changelog => changelog.task))) {
    const stores = onDisk.filter(changelog => changelog.task === task);
    const parts = stores.map(changelog => {
      const { store, offset } = changelog;
      const { since, all: inAll } = written.get(changelog) ?? { since: 0, all: 0 };
      const replayed = records(replays.filter(replay => replay.task === task && replay.store === store));
      if (offset === undefined) stage.fail(`task ${task}: nothing of ${store} was on disk`);
      if (replayed > since) stage.fail(`task ${task}: ${replayed} records of ${store} were replayed, of ${since}`);
      return { replayed, since, inAll, text: `${store} ${replayed} of ${since}` };
    });
    const sum = (field: 'replayed' | 'since' | 'inAll'): number =>
      parts.reduce((total, part) => total + part[field], 0);
    stage.report(
      `  task ${task}: replayed ${sum('replayed')} of at most ${sum('since')} written since its last LevelDB batch (${sum('inAll')} in its changelogs): ${parts.map(({ text }) => text).join(', ')}`,
    );
  }
}

/** Records of each changelog, from what is on disk on and in all; those of transactions that never committed, too. */
async function writtenRecords(
  brokers: string,
  onDisk: readonly ChangelogOnDisk[],
): Promise<ReadonlyMap<ChangelogOnDisk, { readonly since: number; readonly all: number }>> {
  const counts = new Map(onDisk.map(changelog => [changelog, { since: 0, all: 0 }]));
  for (const topic of new Set(onDisk.map(changelog => changelog.topic))) {
    await readEach(brokers, topic, { isolation: 'read_uncommitted' }, ({ partition, offset, key }) => {
      for (const [changelog, count] of counts) {
        const { onlyKey } = changelog;
        if (changelog.topic !== topic || changelog.partition !== partition) continue;
        if (onlyKey !== undefined && onlyKey !== String(key)) continue;
        count.all++;
        if (offset >= (changelog.offset ?? 0)) count.since++;
      }
    });
  }
  return counts;
}

async function checkPlacements(
  stage: Stage,
  { members }: Deployment,
  before: readonly Placement[],
  when: string,
): Promise<void> {
  const after = placementsText(await placements(members.all, LOAD.partitions));
  if (after !== placementsText(before)) stage.fail(`${when} it is ${after}`);
}

function records(replays: readonly Replay[]): number {
  return replays.reduce((sum, replay) => sum + replay.records, 0);
}

function startTimes({ members }: Deployment): string {
  return `RUNNING after ${members.all.map(({ name, log }) => `${name} ${log.startMs} ms`).join(', ')}`;
}
