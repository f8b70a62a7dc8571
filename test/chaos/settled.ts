import { setTimeout as delay } from 'node:timers/promises';
import { readAll, readEach } from '../broker/read-all.js';
import { auditTotals } from './audit-totals.js';
import type { Truth } from './truth.js';
import { tableOf } from './verify.js';

const CHECK_EVERY_MS = 500;

/**
 * Waits until as much is out as there must be in the end; that it is right is another question. Resolves with undefined, or after
 * `timeoutMs` with what it still waits for.
 */
export async function settled(
  brokers: string,
  auditTopic: string,
  truth: Truth,
  timeoutMs: number,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (const [what, expected, see] of steps(brokers, auditTopic, truth)) {
    for (let seen = await see(); seen < expected; seen = await see()) {
      if (Date.now() > deadline) return `${what}: ${seen} of ${expected} after ${timeoutMs} ms`;
      await delay(CHECK_EVERY_MS);
    }
  }
  return undefined;
}

function steps(
  brokers: string,
  auditTopic: string,
  truth: Truth,
): readonly (readonly [what: string, expected: number, see: () => Promise<number>])[] {
  const table = (topic: string, field: string) => async (): Promise<number> =>
    sum(tableOf(await readAll(brokers, topic), field));
  const count = (topic: string) => async (): Promise<number> => {
    let records = 0;
    await readEach(brokers, topic, {}, () => records++);
    return records;
  };
  return [
    ['records processed', truth.produced, async () => auditTotals(await readAll(brokers, auditTopic)).in],
    // An open transaction, of a process that never came back, hides what others wrote after it.
    ['clean users to be seen', truth.users, count('user-cleaned')],
    ['rejected ones to be seen', truth.rejected.size, count('user-rejected')],
    ['windows closed', truth.summaries.size, count('window-summary')],
    ['users counted by country', sum(truth.countryCount), table('country-count', 'count')],
    ['distinct users counted', sum(truth.distinctUsers), table('distinct-users', 'distinctUsers')],
  ];
}

function sum(table: ReadonlyMap<string, number>): number {
  return [...table.values()].reduce((total, count) => total + count, 0);
}
