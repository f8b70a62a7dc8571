import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type KStream, StreamsBuilder, TimeWindows } from '../../streams/index.js';
import { PARTIAL_OVERHEAD_BYTES } from '../../streams/runtime/processors/aggregation/combiner.js';
import { type TestRecord, TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';

const LIMIT = 300_000;
/** What may come until the next look: a slice of small records, with what the operators make of it. */
const SLICE = 400_000;
const RECORDS = 10_000;
const WINDOWS = TimeWindows.of({ size: '1h', grace: '1h' });

interface Run {
  /** What was committed to `out`. */
  readonly records: readonly TestRecord<string, unknown>[];
  /** The most that was uncommitted while records were processed. */
  readonly peak: number;
  /** How often something was committed before all was processed. */
  readonly commits: number;
  /** The most that was committed at once of them. */
  readonly largest: number;
}

/** Processes the input. The clock goes on by one millisecond with each record; by default only the budget commits before the end. */
async function run(
  declare: (input: KStream<string | null, unknown>) => void,
  input: readonly TestRecord<string, unknown>[],
  options: TopologyTestDriverOptions = {},
): Promise<Run> {
  let driver: TopologyTestDriver | undefined;
  let peak = 0;
  let processed = 0;
  const builder = new StreamsBuilder();
  declare(
    builder.stream<string, unknown>('in').peek(() => {
      processed++;
      driver?.moveWallClock(1);
      peak = Math.max(peak, driver?.uncommittedBytes ?? 0);
    }),
  );
  driver = await TopologyTestDriver.create(builder.build(), {
    autoCommit: false,
    cacheMaxBytes: LIMIT,
    outputTopics: ['out'],
    ...options,
  });
  driver.produce('in', input);
  const records: TestRecord<string, unknown>[] = [];
  let commits = 0;
  let largest = 0;
  while (processed < input.length) {
    await driver.step();
    const committed = driver.readOutput('out');
    if (committed.length > 0) commits++;
    largest = Math.max(largest, committed.length);
    records.push(...committed);
  }
  await driver.commit();
  await driver.run();
  await driver.commit();
  records.push(...driver.readOutput('out'));
  assert.equal(driver.uncommittedBytes, 0);
  await driver.close();
  return { records, peak, commits, largest };
}

const numbered = (count: number, make: (i: number) => Partial<TestRecord<string, unknown>>) =>
  Array.from({ length: count }, (_, i) => ({ key: `key ${i}`, value: i, timestamp: i, ...make(i) }));

const tableOf = ({ records }: Run): Record<string, unknown> =>
  Object.fromEntries(records.map(({ key, value }) => [key, value]));

describe('a commit that the budget of uncommitted bytes asks for', () => {
  const polls = { maxPollRecords: 700 };

  function bounded({ peak, commits }: Run): void {
    assert.ok(commits > 2, `${commits} commits`);
    assert.ok(peak <= LIMIT + SLICE, `${peak} bytes were uncommitted`);
    assert.ok(peak > LIMIT / 2, `only ${peak} bytes were uncommitted`);
  }

  it('bounds a combiner by its keys', async () => {
    const input = numbered(RECORDS, i => ({ key: 'all', value: `user ${i % 5000}` }));
    const result = await run(
      stream =>
        stream
          .groupBy((_key, value) => String(value))
          .count({ as: 'counts' })
          .toStream()
          .to('out'),
      input,
      polls,
    );
    bounded(result);
    assert.deepEqual(tableOf(result), Object.fromEntries(numbered(5000, () => ({})).map((_, i) => [`user ${i}`, 2])));
  });

  it('bounds a combiner by aggregates that grow', async () => {
    const input = numbered(3000, i => ({ key: 'all', value: `${i % 10} ${'x'.repeat(500)}` }));
    const result = await run(
      stream =>
        stream
          .groupBy((_key, value) => String(value).slice(0, 1))
          .aggregate<string[]>(
            {
              initializer: () => [],
              aggregator: (_key, value, list) => [...list, String(value)],
              combiner: (_key, left, right) => [...left, ...right],
            },
            { as: 'lists' },
          )
          .toStream()
          .mapValues(list => list?.length)
          .to('out'),
      input,
      { maxPollRecords: 50 },
    );
    bounded(result);
    assert.deepEqual(tableOf(result), Object.fromEntries([...Array(10).keys()].map(digit => [digit, 300])));
  });

  it('bounds the cached updates of a table and what its store has written', async () => {
    const input = numbered(RECORDS, i => ({ key: `key ${i % 3000}`, value: `${i} ${'x'.repeat(100)}` }));
    const result = await run(stream => stream.toTable({ as: 'rows' }).toStream().to('out'), input, {
      maxPollRecords: 100,
    });
    bounded(result);
    // A row takes some 300 bytes in the store, and more than that in the cache.
    assert.ok(result.largest < LIMIT / 500, `${result.largest} updates in one commit`);
    assert.deepEqual(tableOf(result), Object.fromEntries(input.map(({ key, value }) => [key, value])));
  });

  it('bounds what a store has written that sends its results on at once', async () => {
    const input = numbered(RECORDS, i => ({ key: `key ${i % 6000}` }));
    const result = await run(
      stream => stream.groupByKey().windowedBy(WINDOWS).distinct({ as: 'seen' }).to('out'),
      input,
      polls,
    );
    bounded(result);
    assert.deepEqual(
      result.records.map(({ key }) => key),
      input.slice(0, 6000).map(({ key }) => key),
    );
  });

  it('is waited for where as much is uncommitted again, before the one under way has ended', async () => {
    const input = numbered(RECORDS, () => ({}));
    const result = await run(stream => stream.groupByKey().count({ as: 'counts' }).toStream().to('out'), input, {
      commitTurns: 1000,
    });
    assert.ok(result.peak <= LIMIT + SLICE, `${result.peak} bytes were uncommitted`);
    assert.deepEqual(tableOf(result), Object.fromEntries(input.map(({ key }) => [key, 1])));
  });

  it('is waited for where records are kept back meanwhile, and looked for after a few large ones', async () => {
    const value = 'x'.repeat(50_000);
    const input = numbered(400, () => ({ value }));
    const result = await run(stream => stream.to('out'), input, { commitInterval: 1, commitTurns: 1000 });
    // A slice has two megabytes, and one record more.
    assert.ok(result.peak <= LIMIT + 2_200_000, `${result.peak} bytes were kept back`);
    assert.ok(result.peak > 1_000_000, `only ${result.peak} bytes were kept back`);
    assert.equal(result.records.length, 400);
  });

  it('comes although nothing is cached: what is written has to be kept until it', async () => {
    const input = numbered(RECORDS, () => ({}));
    const { commits } = await run(stream => stream.groupByKey().count({ as: 'counts' }).toStream().to('out'), input, {
      cacheMaxBytes: 0,
      ...polls,
    });
    assert.equal(commits, 0, 'the default is not reached');
  });
});

describe('what is uncommitted', () => {
  it('is what the partial aggregates take that are in a combiner, whatever has come and was committed', async () => {
    const words = fc.array(fc.option(fc.constantFrom('a', 'bb', 'ccc', 'dddd'), { nil: 'commit', freq: 4 }));
    await fc.assert(
      fc.asyncProperty(words, async all => {
        const builder = new StreamsBuilder();
        builder
          .stream<string, string>('in')
          .groupBy((_key, word) => word)
          .count({ as: 'counts' });
        const driver = await TopologyTestDriver.create(builder.build(), { autoCommit: false });
        let combined = new Set<string>();
        for (const word of all) {
          if (word === 'commit') {
            await driver.commit();
            combined = new Set();
          } else {
            await driver.pipeInput('in', { key: 'k', value: word, timestamp: 0 });
            combined.add(word);
          }
          let bytes = 0;
          for (const key of combined) bytes += PARTIAL_OVERHEAD_BYTES + key.length;
          assert.equal(driver.uncommittedBytes, bytes);
        }
        await driver.close();
      }),
      { numRuns: 30 },
    );
  });
});
