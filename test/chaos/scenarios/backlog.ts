import { readAll } from '../../broker/read-all.js';
import { createTopic } from '../../broker/topics.js';
import { auditTotals, processedAt } from '../audit-totals.js';
import { clearTopics } from '../cluster.js';
import { Input } from '../input.js';
import { readTruth } from '../read-truth.js';
import type { Truth } from '../truth.js';
import { UserContent } from '../user-content.js';
import { usersCheck } from '../users-check.js';
import { placements, placementsText } from './placement.js';
import type { Scenario, Stage } from './scenario.js';

const TOPIC = 'user';
const PARTITIONS = 4;
const SPAN_MS = 600_000;
const WINDOW_MS = 60_000;
const GRACE_MS = 10_000;
const DISORDER_MS = 5000;

const ENVIRONMENT = { WINDOW_SIZE: `${WINDOW_MS}ms`, WINDOW_GRACE: `${GRACE_MS}ms` };

/** The last windows are closed by silence: nothing follows the backlog. */
export const backlog: Scenario = {
  description: 'ten minutes of users are there before the first process starts: none of them is late',
  users: 1_000_000,
  run: async stage => {
    const { cluster, seed, users } = stage;
    const { address } = cluster.broker;
    await createTopic(address, TOPIC, PARTITIONS);
    const input = new Input({
      brokers: address,
      plan: { records: users, sendMs: SPAN_MS, ending: 'silence' },
      atOnce: true,
      content: new UserContent(seed, PARTITIONS, DISORDER_MS),
      leadMs: -SPAN_MS,
    });
    await input.send();
    const truth = await readTruth(address, { windowMs: WINDOW_MS, graceMs: GRACE_MS });
    stage.report(
      `${truth.produced} records over ${SPAN_MS / 1000} s of event time in ${PARTITIONS} partitions, ${truth.rejected.size} of them to be rejected, in ${truth.summaries.size} windows of ${WINDOW_MS / 1000} s with ${GRACE_MS / 1000} s of grace`,
    );
    for (const processes of [1, 2]) await catchUp(stage, truth, processes);
  },
};

async function catchUp(stage: Stage, truth: Truth, processes: number): Promise<void> {
  const { address } = stage.cluster.broker;
  await clearTopics(stage.cluster, [TOPIC]);
  const deployment = await stage.deploy(processes, ENVIRONMENT);
  const { all } = deployment.members;
  const startedAt = Date.now();
  await deployment.start(all);
  const placed = await placements(all, PARTITIONS);
  const { settledAt, differences } = await deployment.judge(usersCheck(address, deployment.auditTopic, truth));
  const audit = await readAll(address, deployment.auditTopic);
  const summaries = await readAll(address, 'window-summary');
  const seconds = (processedAt(audit) - startedAt) / 1000;
  const { in: processed, late, dropped } = auditTotals(audit);
  stage.report(
    `${processes} process${processes === 1 ? '' : 'es'}: ${processed} records in ${seconds.toFixed(1)} s from the start of the first, ${Math.round(processed / seconds)} records/s; late ${late}, dropped ${dropped}; ${summaries.length} of ${truth.summaries.size} window summaries, the last after ${((settledAt - startedAt) / 1000).toFixed(1)} s; tasks at ${placementsText(placed)}`,
  );
  for (const text of [...differences, ...deployment.rebuilt]) stage.fail(`${processes} processes: ${text}`);
}
