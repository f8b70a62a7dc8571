import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { StreamsBuilder, type Topology } from '../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';

const LIMIT = 200_000;

/** One task for each partition of `old` and `young`, which passes on what it takes, in that order. */
function merged(): Topology {
  const builder = new StreamsBuilder();
  builder.stream<string, string>(['old', 'young']).to('out');
  return builder.build();
}

describe('a task with two source topics, one of which is ahead of the other', () => {
  const RECORDS = 3000;

  /** Values in the order in which they were processed, and the most that was buffered. */
  async function run(options: TopologyTestDriverOptions): Promise<{ values: unknown[]; peak: number }> {
    const driver = await TopologyTestDriver.create(merged(), { autoCommit: false, maxPollRecords: 50, ...options });
    const records = (name: string, from: number) =>
      Array.from({ length: RECORDS }, (_, i) => ({ key: 'k', value: `${name} ${i}`, timestamp: from + 2 * i }));
    driver.produce('old', records('old', 0));
    // More of them is known to be there.
    await driver.step();
    // The second half of the old ones interleaves with the first half of the young ones.
    driver.produce('young', records('young', RECORDS + 1));
    const values: unknown[] = [];
    let peak = 0;
    while (values.length < 2 * RECORDS) {
      await driver.step();
      peak = Math.max(peak, driver.inputBufferBytes);
      await driver.commit();
      values.push(...driver.readOutput('out').map(({ value }) => value));
    }
    await driver.close();
    return { values, peak };
  }

  it('fetches no more of it than the input buffer may have, and takes all by their timestamps', async () => {
    const bounded = await run({ inputBufferMaxBytes: LIMIT });
    const unbounded = await run({ inputBufferMaxBytes: Number.MAX_SAFE_INTEGER });
    assert.ok(bounded.peak <= LIMIT, `${bounded.peak} bytes are buffered`);
    assert.ok(unbounded.peak > 2 * LIMIT, 'so much is ahead that the limit matters');
    assert.deepEqual(bounded.values, unbounded.values);
    const order = (value: unknown): number => {
      const [name, i] = String(value).split(' ');
      return (name === 'old' ? 0 : RECORDS + 1) + 2 * Number(i);
    };
    assert.deepEqual(
      bounded.values,
      bounded.values.toSorted((a, b) => order(a) - order(b)),
    );
  });

  it('goes on with a limit below the size of one record', async () => {
    const { values } = await run({ inputBufferMaxBytes: 1 });
    assert.equal(new Set(values).size, 2 * RECORDS);
  });
});

type Action =
  | {
      readonly kind: 'produce';
      readonly topic: 'old' | 'young';
      readonly key: string;
      readonly count: number;
      readonly time: number;
    }
  | { readonly kind: 'step' | 'commit' | 'rebalance' | 'abort' | 'crash' };

describe('an input buffer that is too small', () => {
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('produce'),
        topic: fc.constantFrom('old', 'young'),
        key: fc.constantFrom('a', 'b', 'c'),
        count: fc.integer({ min: 1, max: 20 }),
        time: fc.nat(100),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('step') }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('commit', 'rebalance', 'abort', 'crash') }) },
  );

  it('loses and doubles nothing, whatever is paused when partitions move, transactions abort or processes die', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 30 }),
        async (actions, inputBufferMaxBytes, maxPollRecords) => {
          const driver = await TopologyTestDriver.create(merged(), {
            partitions: 2,
            autoCommit: false,
            inputBufferMaxBytes,
            maxPollRecords,
          });
          const sent: string[] = [];
          for (const what of actions) {
            switch (what.kind) {
              case 'produce':
                for (let i = 0; i < what.count; i++) {
                  const value = `${what.topic} ${what.key} ${sent.length}`;
                  driver.produce(what.topic, { key: what.key, value, timestamp: what.time + i });
                  sent.push(value);
                }
                break;
              case 'step':
                await driver.step();
                break;
              case 'commit':
                await driver.commit();
                break;
              case 'rebalance':
                await driver.rebalance();
                break;
              case 'abort':
                driver.failNextCommit('abort');
                await driver.commit();
                break;
              case 'crash':
                await driver.crash();
            }
          }
          do await driver.run();
          while (!(await driver.commit()));
          const values = driver.readOutput('out').map(({ value }) => String(value));
          await driver.close();
          assert.deepEqual(values.toSorted(), sent.toSorted());
          const numbers = (topic: string, key: string): number[] =>
            values.filter(value => value.startsWith(`${topic} ${key}`)).map(value => Number(value.split(' ')[2]));
          for (const topic of ['old', 'young']) {
            for (const key of ['a', 'b', 'c']) {
              const order = numbers(topic, key);
              assert.deepEqual(
                order,
                order.toSorted((x, y) => x - y),
              );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
