import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes } from 'tributary';
import { TopologyTestDriver } from 'tributary/testing';
import { Digest } from '../load/digest.js';
import { EnrichInput } from '../load/enrich-input.js';
import type { InputOptions, InputRecord, ResultsInput } from '../load/generated-input.js';
import { MatchInput } from '../load/match-input.js';
import { SessionsInput } from '../load/sessions-input.js';
import { SHOP_WORKLOADS, type ShopWorkload, shopTopology } from '../peers/shop-topologies.js';

const OPTIONS: InputOptions = { records: 3_000, seed: 1, start: 1_000_000_000_000, spanMs: 600_000, windowMs: 30_000 };
/** A record that is part of a result, in each workload. */
const LEFT_OUT = 2_000;
const RECORDS_AT_A_TIME = 20;
const INPUTS: Readonly<Record<ShopWorkload, (options: InputOptions) => ResultsInput>> = {
  enrich: options => new EnrichInput(options),
  match: options => new MatchInput(options),
  sessions: options => new SessionsInput(options),
};

/** The digest of what the topology makes of the records; of the last values if the results are a table. */
async function digestOf(workload: ShopWorkload, records: readonly InputRecord[], inputs: readonly string[]) {
  const topology = shopTopology(workload, { inputs, results: 'results', windowMs: OPTIONS.windowMs });
  const driver = await TopologyTestDriver.create(topology, { partitions: 4 });
  for (const [number, { topic, key, value, timestamp }] of records.entries()) {
    driver.produce(topic, { key, value, timestamp }, { valueSerde: Serdes.string() });
    // The driver goes through one topic after the other, so what is there at a time must be less than the grace.
    if (number % RECORDS_AT_A_TIME === 0) await driver.run();
  }
  await driver.run();
  const results = driver.readOutput<string, string | null>('results', { valueSerde: Serdes.string() });
  await driver.close();
  const digest = new Digest();
  if (workload === 'sessions') {
    const last = new Map(results.map(({ key, value }) => [key, value]));
    for (const [key, value] of last) if (value !== null) digest.add(key ?? '', value);
  } else for (const { key, value } of results) digest.add(key ?? '', value ?? '');
  return digest;
}

describe('the workloads of a shop', () => {
  for (const workload of SHOP_WORKLOADS) {
    const input = () => INPUTS[workload](OPTIONS);

    it(`${workload}: the topology comes to the right results`, async () => {
      const generated = input();
      const records = [...generated];
      assert.equal(records.length, OPTIONS.records);
      const { right } = generated;
      assert.equal(right.records, OPTIONS.records);
      assert.equal(String(await digestOf(workload, records, generated.topics)), String(right.digest));
    });

    it(`${workload}: a record less is another result`, async () => {
      const generated = input();
      const records = [...generated];
      const less = records.slice(0, LEFT_OUT).concat(records.slice(LEFT_OUT + 1));
      assert.notEqual(String(await digestOf(workload, less, generated.topics)), String(generated.right.digest));
    });

    it(`${workload}: is the same for the same options`, () => assert.deepEqual([...input()], [...input()]));

    it(`${workload}: has values of 100 to 200 bytes`, () => {
      for (const { value } of input()) assert.ok(value.length > 100 && value.length < 200, value);
    });
  }

  it('match: has payments after the window, orders without a payment, and records out of order', () => {
    const records = [...INPUTS.match(OPTIONS)];
    const times = new Map<string, number[]>();
    for (const { key, timestamp } of records) times.set(String(key), [...(times.get(String(key)) ?? []), timestamp]);
    const pairs = [...times.values()].filter(({ length }) => length === 2);
    assert.ok(pairs.length < times.size);
    assert.ok(pairs.some(([a = 0, b = 0]) => Math.abs(a - b) > OPTIONS.windowMs));
    assert.ok(records.some(({ timestamp }, index) => timestamp < (records[index - 1]?.timestamp ?? 0)));
  });
});
