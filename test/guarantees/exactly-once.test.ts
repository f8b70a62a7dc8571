import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type Checkpoint, decodeCheckpoint, isInstanceKey } from '../../streams/audit/checkpoint.js';
import type { TaskCounts } from '../../streams/audit/task-counts.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import type { TestRecord, TopologyTestDriver } from '../../streams/testing/index.js';
import { entriesOf } from './block-entries.js';
import { SINKS, type Visit } from './pipeline.js';
import { ScenarioRun } from './run-scenario.js';
import { type Scenario, scenarios } from './scenario.js';
import { truthOf, windowStart } from './truth.js';

/** `RUNS=3000` for a longer look. */
const RUNS = Number(process.env.RUNS ?? 100);

/** A counterexample is made smaller for so long at most. */
const TIME_LIMIT_MS = Math.max(60_000, RUNS * 200);

type Output = ReadonlyMap<string, readonly TestRecord<string, unknown>[]>;

describe('exactly once, through crashes, aborts and rebalances', () => {
  it('every record counts once, nothing is late, and each window closes once and complete', async function () {
    this.timeout(TIME_LIMIT_MS + 20_000);
    let largestBlock = 0;
    await fc.assert(
      fc.asyncProperty(scenarios(40), async scenario => {
        const run = await ScenarioRun.create(scenario);
        await run.play();
        check(scenario, run);
        if (scenario.spread > 0) {
          const moved = run.driver
            .readRecords('test-spread-repartition')
            .filter(({ headers }) => kindOf(headers) === 'block');
          for (const { value } of moved) largestBlock = Math.max(largestBlock, entriesOf(value).length);
        }
        // If no commit came after the last `failNextCommit`, that of the close is the one that fails.
        await run.driver.close().catch(error => assert.ok(error instanceof KafkaClientError, String(error)));
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS },
    );
    assert.ok(largestBlock > 3, `the largest block that moved had ${largestBlock} entries`);
  });
});

function check(scenario: Scenario, { input, driver }: ScenarioRun): void {
  const truth = truthOf(input);
  const sinks = SINKS.filter(topic => topic !== 'spread-count' || scenario.spread > 0);
  const output: Output = new Map([...sinks, 'rejected'].map(topic => [topic, driver.readOutput(topic)]));
  const of = (topic: string): readonly TestRecord<string, unknown>[] => output.get(topic) ?? [];

  assert.deepEqual(ids(of('cleaned')), truth.clean.map(visit => visit.id).sort(byNumber), 'cleaned');
  assert.deepEqual(ids(of('rejected')), truth.bad.map(visit => visit.id).sort(byNumber), 'rejected');
  assert.deepEqual(
    of('newcomers')
      .map(({ key, timestamp }) => `${key}@${windowStart(timestamp)}`)
      .sort(),
    [...truth.newcomers].sort(),
    'newcomers',
  );
  sameTable(lastByKey(of('country-count')), truth.countryCount, 'country-count');
  const latest = new Map(of('country-count').map(({ key, timestamp }) => [key ?? '', timestamp]));
  sameTable(latest, truth.countryLatest, 'timestamps of country-count');
  sameTable(lastByKey(of('hopping-count')), truth.hoppingCount, 'hopping-count');
  sameTable(lastByKey(of('visits-ever')), truth.visitsEver, 'visits-ever');
  sameTable(lastByKey(of('visitors-by-country')), truth.visitorsByCountry, 'visitors-by-country');

  const once = { complete: scenario.time === 'closeOnIdle' };
  closedOnce(of('suppressed'), truth.countryCount, 'suppressed', once);
  closedOnce(of('visits-by-who'), truth.visitsByWho, 'visits-by-who', once);
  closedOnce(of('summary'), truth.summary, 'summary', once);
  closedOnce(of('totals'), truth.totals, 'totals', once);
  if (scenario.spread > 0) closedOnce(of('spread-count'), truth.countryCount, 'spread-count', once);
  checkCounts(driver, output, input.length, truth.bad.length);
  checkAudits(driver);
}

/** What tasks commit about themselves never goes back: not their counts, and not their times. Counts fit the offsets. */
function checkAudits(driver: TopologyTestDriver): void {
  const highest = new Map<string, number>();
  for (const { key, value } of driver.readRecords('test-audit')) {
    if (value === null || isInstanceKey(String(key))) continue;
    const { offsets, counts } = decodeCheckpoint(value);
    for (const [topic, { begin, next }] of Object.entries(offsets)) {
      assert.equal(next - begin, counts.in[topic] ?? 0, `offsets of ${topic} and what was counted`);
    }
    for (const [name, number] of growing(decodeCheckpoint(value))) {
      assert.ok(number >= (highest.get(name) ?? -1), `${name} went back`);
      highest.set(name, number);
    }
  }
}

function* growing({ task, streamTime, counts, times, watermarks }: Checkpoint): Generator<[string, number]> {
  yield [`stream time of ${task}`, streamTime];
  yield [`rejected by ${task}`, counts.rejected];
  for (const [topic, count] of Object.entries({ ...counts.in, ...counts.out })) yield [`${topic} of ${task}`, count];
  for (const [topic, upstream] of Object.entries(watermarks)) {
    for (const [index, time] of upstream.entries()) yield [`watermark of ${topic} from ${index} at ${task}`, time];
  }
  for (const [operator, { streamTime: time, outputWatermark }] of Object.entries(times)) {
    if (typeof time === 'number') yield [`stream time of ${operator} of ${task}`, time];
    if (typeof outputWatermark === 'number') yield [`output watermark of ${operator} of ${task}`, outputWatermark];
  }
}

function checkCounts(driver: TopologyTestDriver, output: Output, records: number, bad: number): void {
  const { counts } = driver;
  const sum = (of: (task: TaskCounts) => number): number => counts.reduce((total, task) => total + of(task), 0);
  const written: Record<string, number> = {};
  const sent: Record<string, number> = {};
  for (const topic of SINKS) {
    written[topic] = output.get(topic)?.length ?? 0;
    sent[topic] = sum(({ out }) => out[topic] ?? 0);
  }
  assert.deepEqual(sent, written, 'records counted as sent');
  assert.equal(
    sum(task => task.in.visits ?? 0),
    records,
    'records counted as received',
  );
  assert.equal(
    sum(task => task.rejected),
    bad,
    'records counted as rejected',
  );
  assert.equal(
    sum(task => task.late),
    0,
    'records counted as late',
  );
  assert.equal(
    sum(task => task.dropped),
    0,
    'records counted as dropped',
  );
}

function ids(records: readonly TestRecord<string, unknown>[]): number[] {
  return records.map(({ value }) => (value as Visit).id).sort(byNumber);
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function lastByKey(records: readonly TestRecord<string, unknown>[]): Map<string, unknown> {
  return new Map(records.map(({ key, value }) => [key ?? '', value]));
}

function sameTable(actual: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>, what: string): void {
  assert.deepEqual(sorted(actual), sorted(expected), what);
}

/** No window twice; what is there is right; with `complete` no window is missing. */
function closedOnce(
  records: readonly TestRecord<string, unknown>[],
  expected: ReadonlyMap<string, unknown>,
  what: string,
  { complete }: { readonly complete: boolean },
): void {
  const keys = records.map(({ key }) => key ?? '');
  assert.equal(new Set(keys).size, keys.length, `${what}: a window closed twice`);
  const closed = new Map([...expected].filter(([key]) => complete || keys.includes(key)));
  sameTable(lastByKey(records), closed, what);
}

function sorted(table: ReadonlyMap<string, unknown>): [string, unknown][] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1));
}
