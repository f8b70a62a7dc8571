import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumerRecord } from '../../../streams/kafka/record.js';
import { readAll, readEach } from '../../broker/read-all.js';
import { Differences } from '../differences.js';
import type { Check, CheckOptions } from '../harmed-application.js';
import { INPUT_TOPICS, type Result, TOPICS } from './records.js';
import { addTo, Expected, mapOf } from './truth/expected.js';
import { expectJoins } from './truth/join-truth.js';
import { expectProcessors } from './truth/processor-truth.js';
import { expectTables } from './truth/table-truth.js';
import { TruthInput } from './truth/truth-input.js';
import { expectWindows, lateClicks, lateText } from './truth/window-truth.js';

const CHECK_EVERY_MS = 500;

/** Reads the input, and computes what must come of it, by code that shares nothing with the library. */
export async function ordersCheck({ brokers, auditTopic }: CheckOptions): Promise<Check> {
  const input = new TruthInput();
  for (const topic of INPUT_TOPICS) await readEach(brokers, topic, {}, record => input.add(record));
  await readEach(brokers, TOPICS.products, {}, ({ key, value }) => input.addPrice(String(key), Number(value)));
  const expected = expectedOf(input);
  const read = (topic: string): Promise<readonly ConsumerRecord[]> => readAll(brokers, topic);
  const looks = [
    async () => auditDifferences(await auditCounts(brokers, auditTopic), input),
    async () => resultDifferences(await read(TOPICS.results), expected),
    async () => rowDifferences(await read(TOPICS.rows), expected),
    async () => lateDifferences(await read(TOPICS.lateClicks), input),
    async () => deadLetterDifferences(await read(TOPICS.deadLetters), input),
  ];
  return {
    produced: input.produced,
    settled: async timeoutMs => {
      const deadline = Date.now() + timeoutMs;
      for (const look of looks) {
        for (let missing = await look(); missing.length > 0; missing = await look()) {
          // They are reported by `differences`.
          if (Date.now() > deadline) return `not all is out after ${timeoutMs} ms`;
          await delay(CHECK_EVERY_MS);
        }
      }
      return undefined;
    },
    differences: async () => (await Promise.all(looks.map(look => look()))).flat(),
  };
}

/** Resolves when the tasks have processed all that is there now. */
export async function allProcessed({ brokers, auditTopic }: Omit<CheckOptions, 'believedUpTo'>): Promise<void> {
  let produced = 0;
  for (const topic of INPUT_TOPICS) await readEach(brokers, topic, {}, () => produced++);
  while (processed(await auditCounts(brokers, auditTopic)) < produced) await delay(CHECK_EVERY_MS);
}

export function expectedOf(input: TruthInput): Expected {
  const expected = new Expected();
  expectTables(input, expected);
  expectJoins(input, expected);
  expectWindows(input, expected);
  expectProcessors(input, expected);
  return expected;
}

/** Each result as often as it must come. */
export function resultDifferences(records: readonly ConsumerRecord[], expected: Expected): readonly string[] {
  const actual = new Expected();
  for (const { key, value } of records) {
    const { operator, result } = JSON.parse(String(value)) as Result;
    if (expected.sums.has(operator)) actual.sum(operator, String(key), Number(result));
    else actual.result(operator, String(key), result);
  }
  return [...compared(actual.results, expected.results), ...compared(actual.sums, expected.sums)];
}

/** The last value of each key. null: the row is deleted. */
export function rowDifferences(records: readonly ConsumerRecord[], expected: Expected): readonly string[] {
  const rows = new Map<string, Map<string, unknown>>();
  for (const { key, value } of records) {
    const [operator = '', row = ''] = String(key).split(' ');
    const table = mapOf(rows, operator);
    if (value === null) table.delete(row);
    else table.set(row, JSON.parse(String(value)));
  }
  return compared(rows, expected.rows);
}

export function lateDifferences(records: readonly ConsumerRecord[], input: TruthInput): readonly string[] {
  const actual = new Map<string, number>();
  for (const { key, value, headers } of records) {
    const [start, end] = ['start', 'end'].map(name =>
      Number(headers.find(header => header.key === `__streams.late.window.${name}`)?.value),
    );
    const { n } = JSON.parse(String(value)) as { readonly n: number };
    addTo(actual, lateText(String(key), n, start ?? Number.NaN, end ?? Number.NaN), 1);
  }
  const differences = new Differences(TOPICS.lateClicks);
  differences.compare(actual, lateClicks(input));
  return differences.lines;
}

export function deadLetterDifferences(
  records: readonly ConsumerRecord[],
  { unreadable }: TruthInput,
): readonly string[] {
  const differences = new Differences(TOPICS.deadLetters);
  const seen = new Set<string>();
  for (const { key, value, headers } of records) {
    const [topic, partition, offset] = ['topic', 'partition', 'offset'].map(name =>
      String(headers.findLast(header => header.key === `__streams.errors.${name}`)?.value),
    );
    const source = `${topic} ${partition}@${offset}`;
    if (seen.has(source)) differences.add(() => `${source} is there twice`);
    seen.add(source);
    const letter = unreadable.get(source);
    if (letter === undefined) differences.add(() => `${source} should not be there`);
    else {
      differences.expect(`key of ${source}`, key?.toString('hex'), letter.key?.toString('hex'));
      differences.expect(`value of ${source}`, value?.toString('hex'), letter.value?.toString('hex'));
    }
  }
  for (const source of unreadable.keys()) if (!seen.has(source)) differences.add(() => `${source} is missing`);
  return differences.lines;
}

interface AuditCounts {
  readonly in: Readonly<Record<string, number>>;
  readonly rejected: number;
}

/** What the tasks have counted, by their last records. */
async function auditCounts(brokers: string, auditTopic: string): Promise<readonly AuditCounts[]> {
  const tasks = new Map<string, { readonly counts: AuditCounts }>();
  await readEach(brokers, auditTopic, {}, ({ key, value }) => {
    if (/^\d+_\d+$/.test(String(key))) tasks.set(String(key), JSON.parse(String(value)) as { counts: AuditCounts });
  });
  return [...tasks.values()].map(({ counts }) => counts);
}

function processed(tasks: readonly AuditCounts[]): number {
  const ofTopic = (topic: string): number => tasks.reduce((sum, counts) => sum + (counts.in[topic] ?? 0), 0);
  return INPUT_TOPICS.reduce((sum, topic) => sum + ofTopic(topic), 0);
}

function auditDifferences(tasks: readonly AuditCounts[], input: TruthInput): readonly string[] {
  const differences = new Differences('audit');
  differences.expect('records processed', processed(tasks), input.produced);
  const rejected = tasks.reduce((sum, counts) => sum + counts.rejected, 0);
  differences.expect('records rejected', rejected, input.unreadable.size);
  return differences.lines;
}

/** A line for each operator that is wrong. */
function compared<V>(
  actual: ReadonlyMap<string, ReadonlyMap<string, V>>,
  expected: ReadonlyMap<string, ReadonlyMap<string, V>>,
): readonly string[] {
  const none: ReadonlyMap<string, V> = new Map();
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap(operator => {
    const differences = new Differences(operator);
    differences.compare(actual.get(operator) ?? none, expected.get(operator) ?? none);
    return differences.lines;
  });
}
