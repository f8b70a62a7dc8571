import { readEach } from '../../test/broker/read-all.js';
import type { WorkloadResult } from '../load/workload.js';
import type { PeerTables, UsersTopics } from '../peers/peer.js';
import type { RightAnswer } from './right-answer.js';

/** The right answer to the users workload. */
export function rightUsers(expected: WorkloadResult): RightAnswer<UsersTopics> {
  return {
    records: expected.records,
    wrongResults: (address, topics) => wrongResults(address, topics, expected),
  };
}

async function wrongResults(
  address: string,
  topics: UsersTopics,
  expected: WorkloadResult,
): Promise<readonly string[]> {
  const wrongTables = topics.tables === undefined ? [] : await wrongRows(address, topics.tables, expected);
  // The small tables are what comes last; the large topic is read once they are right.
  if (wrongTables.length > 0) return wrongTables;
  return [
    ...(await wrongCount(address, topics.cleaned, expected.cleaned)),
    ...(await wrongCount(address, topics.rejected, expected.rejected)),
  ];
}

async function wrongRows(address: string, tables: PeerTables, { windows }: WorkloadResult): Promise<readonly string[]> {
  const rightCountries = new Map<string, number>();
  const rightDistinct = new Map<string, number>();
  for (const { windowStart, distinctUsers, countries } of windows) {
    const start = new Date(windowStart).toISOString();
    rightDistinct.set(start, distinctUsers);
    for (const [country, count] of countries) rightCountries.set(`${country}@${start}`, count);
  }
  const { countryCount, distinctUsers } = tables;
  return [
    ...differences(countryCount, await readTable(address, countryCount, 'count'), rightCountries),
    ...differences(distinctUsers, await readTable(address, distinctUsers, 'distinctUsers'), rightDistinct),
  ];
}

async function wrongCount(address: string, topic: string, right: number): Promise<readonly string[]> {
  let records = 0;
  await readEach(address, topic, {}, () => {
    records++;
  });
  return records === right ? [] : [`${topic}: ${records} records, right is ${right}`];
}

/** The last value's `field` by key. */
async function readTable(address: string, topic: string, field: string): Promise<ReadonlyMap<string, number>> {
  const table = new Map<string, number>();
  await readEach(address, topic, {}, ({ key, value }) => {
    const row: unknown = value === null ? undefined : JSON.parse(value.toString());
    const entry =
      typeof row === 'object' && row !== null ? Object.entries(row).find(([name]) => name === field) : undefined;
    table.set(String(key), Number(entry?.[1]));
  });
  return table;
}

function differences(topic: string, actual: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): string[] {
  return [...new Set([...right.keys(), ...actual.keys()])]
    .filter(key => actual.get(key) !== right.get(key))
    .map(key => `${topic}: ${key} is ${actual.get(key) ?? 'absent'}, right is ${right.get(key) ?? 'absent'}`);
}
