import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from '../deployment.js';
import type { Member } from '../member.js';
import { type OutputGap, OutputWatch } from '../output-watch.js';
import { readTruth } from '../read-truth.js';
import { usersCheck } from '../users-check.js';
import { LOAD, underLoad } from './load.js';
import { placements, placementsText } from './placement.js';
import type { Scenario, Stage } from './scenario.js';

const PROCESSES = 3;
const USERS_PER_SECOND = 2000;
/** Under load, before each restart and after the last one. */
const PAUSE_MS = 4000;

/** With the session timeout that the application has by default. */
export const rollingRestart: Scenario = {
  description: 'three processes are restarted one after the other under load: no partition moves',
  users: 120_000,
  run: async stage => {
    const { address } = stage.cluster.broker;
    const deployment = await stage.deploy(PROCESSES, LOAD.environment);
    await deployment.start(deployment.members.all);
    const before = placementsText(await placements(deployment.members.all, LOAD.partitions));
    stage.report(`${USERS_PER_SECOND} users/s to ${PROCESSES} processes: ${before}`);
    const watch = new OutputWatch(address, 'user-cleaned', LOAD.partitions);
    await watch.start();
    try {
      await underLoad(stage, USERS_PER_SECOND, async () => {
        await delay(PAUSE_MS);
        const { all, one } = watch.lap();
        stage.report(`before the restarts: longest gap in output ${seconds(all)}, of one partition ${seconds(one)}`);
        for (const member of deployment.members.all) await restart(stage, deployment, member, watch, before);
      });
    } finally {
      const { all, one } = await watch.stop();
      stage.report(`in all: longest gap in output ${seconds(all)}, of one partition ${seconds(one)}`);
    }
    const truth = await readTruth(address, LOAD);
    const { differences } = await deployment.judge(usersCheck(address, deployment.auditTopic, truth));
    stage.report(`${truth.produced} records, ${truth.summaries.size} windows`);
    for (const text of [...differences, ...deployment.rebuilt]) stage.fail(text);
  },
};

async function restart(
  stage: Stage,
  deployment: Deployment,
  member: Member,
  watch: OutputWatch,
  before: string,
): Promise<void> {
  const { all } = deployment.members;
  const rebalances = (): readonly number[] => all.filter(other => other !== member).map(({ log }) => log.rebalances);
  const rebalancesBefore = rebalances();
  const stoppedAt = Date.now();
  const status = await member.stop();
  const endedAt = Date.now();
  await deployment.start([member]);
  const runningAt = Date.now();
  const after = placementsText(await placements(all, LOAD.partitions));
  await delay(PAUSE_MS);
  const gaps = watch.lap();
  const seen = rebalances().map((count, index) => count - (rebalancesBefore[index] ?? 0));
  const { replayedAtStart, replayedLater } = member.log;
  stage.report(
    `${member.name}: ended ${endedAt - stoppedAt} ms after SIGTERM, RUNNING again after ${runningAt - stoppedAt} ms; changelog records replayed ${replayedAtStart + replayedLater}; rebalances that the others saw ${seen.join(', ')}; longest gap in output ${seconds(gaps.all)}, of one partition ${seconds(gaps.one)}`,
  );
  if (status !== 0) stage.fail(`${member.name} ended with ${status} when asked by SIGTERM`);
  if (after !== before) stage.fail(`after the restart of ${member.name} the tasks are at ${after}`);
  if (seen.some(count => count > 0)) stage.fail(`the restart of ${member.name} made the others rebalance`);
  if (replayedAtStart + replayedLater > 0) stage.fail(`${member.name} restored what it had on disk`);
}

function seconds({ ms }: OutputGap): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
