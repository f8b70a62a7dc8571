import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type KGroupedStream, Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../../streams/index.js';
import { type StoreEntry, TopologyTestDriver } from '../../../streams/testing/index.js';

const words = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.constantFrom('x', 'y', 'z') }), {
  minLength: 1,
  maxLength: 20,
});

function topology(aggregate: (grouped: KGroupedStream<string, string | null>) => void, name?: string): Topology {
  const builder = new StreamsBuilder();
  const stream = builder.stream<string, string>('in', { valueSerde: Serdes.string() });
  aggregate(stream.groupBy((_key, value) => value, name === undefined ? {} : { name }));
  return builder.build();
}

async function run(
  declared: Topology,
  input: readonly { readonly key: string; readonly value: string }[],
  cacheMaxBytes: number,
): Promise<TopologyTestDriver> {
  const driver = await TopologyTestDriver.create(declared, { partitions: 4, cacheMaxBytes, autoCommit: false });
  const records = input.map((record, timestamp) => ({ ...record, timestamp }));
  await driver.pipeInput('in', records, { valueSerde: Serdes.string() });
  await driver.commit();
  await driver.run();
  await driver.commit();
  return driver;
}

describe('two aggregations of one group', () => {
  function counts(grouped: KGroupedStream<string, string | null>): void {
    grouped.count({ as: 'total' });
    grouped.windowedBy(TimeWindows.of({ size: 1000, grace: 0 })).count({ as: 'by-second' });
  }

  for (const [what, name] of [
    ['share a repartition topic that was named', 'by-value'],
    ['have one each where it was not', undefined],
  ] as const) {
    it(`${what}, and count the same in 4 partitions, with or without caching`, async () => {
      await fc.assert(
        fc.asyncProperty(words, fc.constantFrom(0, 100_000), async (input, cacheMaxBytes) => {
          const driver = await run(topology(counts, name), input, cacheMaxBytes);
          try {
            const expected = new Map<string, number>();
            for (const { value } of input) expected.set(value, (expected.get(value) ?? 0) + 1);
            const byKey = (entries: readonly StoreEntry[]): unknown => entries.map(({ key, value }) => [key, value]);
            assert.deepEqual(byKey(await driver.storeEntries('total')), [...expected].sort());
            assert.deepEqual(byKey(await driver.storeEntries('by-second')), [...expected].sort());
          } finally {
            await driver.close();
          }
        }),
        { numRuns: 20 },
      );
    });
  }
});

describe('the result of a window', () => {
  it('has the headers of the record that made it, or that closed the window', async () => {
    const builder = new StreamsBuilder();
    const windowed = builder
      .stream('in')
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 10, grace: 0 }));
    windowed
      .count({ as: 'updates' })
      .toStream(windowedKey => windowedKey.key)
      .to('updates', { valueSerde: Serdes.json() });
    windowed
      .emitStrategy('onWindowClose')
      .count({ as: 'results' })
      .toStream(windowedKey => windowedKey.key)
      .to('results', { valueSerde: Serdes.json() });
    const driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes: 0 });
    try {
      for (const timestamp of [1, 2, 12]) {
        const headers = [{ key: 'at', value: Buffer.from(String(timestamp)) }];
        await driver.pipeInput('in', { key: 'k', value: 1, timestamp, headers });
      }
      const seen = (topic: string): unknown =>
        driver
          .readOutput(topic)
          .map(({ value, timestamp, headers }) => [value, timestamp, headers?.[0]?.value?.toString()]);
      assert.deepEqual(seen('updates'), [
        [1, 1, '1'],
        [2, 2, '2'],
        [1, 12, '12'],
      ]);
      assert.deepEqual(seen('results'), [[2, 2, '12']]);
    } finally {
      await driver.close();
    }
  });
});

describe('distinct', () => {
  it('is refused on hopping windows at its declaration', () => {
    const windows = TimeWindows.of({ size: 10, grace: 0, advanceBy: 5 });
    const grouped = new StreamsBuilder().stream('in').groupByKey();
    assert.throws(
      () => grouped.windowedBy(windows).distinct({ as: 'seen' }),
      /distinct seen: the windows must be tumbling/,
    );
  });
});

describe('countDistinct', () => {
  it('drops records with a null key, counted, and does not ask what is distinct of them', async () => {
    const asked: unknown[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { valueSerde: Serdes.string() })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 100, grace: 0 }))
      .countDistinct(
        (key, value) => {
          asked.push([key, value]);
          return value;
        },
        { as: 'values' },
      );
    const driver = await TopologyTestDriver.create(builder.build());
    try {
      for (const [key, value] of [
        ['k', 'a'],
        [null, 'b'],
        ['k', 'c'],
      ] as const) {
        await driver.pipeInput('in', { key, value, timestamp: 0 }, { valueSerde: Serdes.string() });
      }
      assert.deepEqual(asked, [
        ['k', 'a'],
        ['k', 'c'],
      ]);
      assert.deepEqual(
        (await driver.storeEntries('values')).map(({ key, value }) => [key, value]),
        [['k', 2]],
      );
      assert.equal(driver.counts[0]?.dropped, 1);
    } finally {
      await driver.close();
    }
  });
});

describe('an associative reduce of windows', () => {
  it('gives the same with null values as without the combiner', async () => {
    const longest = (a: string, b: string | null): string => (b !== null && b.length > a.length ? b : a);
    const tables: StoreEntry[][] = [];
    for (const cacheMaxBytes of [0, 100_000]) {
      const builder = new StreamsBuilder();
      builder
        .stream<string, string>('in', { valueSerde: Serdes.string() })
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: 100, grace: 0 }))
        .reduce(longest, { as: 'longest', associative: true });
      const driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes });
      const values = [null, 'a', null, 'abc', 'ab', null];
      const records = values.map((value, timestamp) => ({ key: 'k', value, timestamp }));
      await driver.pipeInput('in', [...records, { key: 'only null', value: null, timestamp: 3 }], {
        valueSerde: Serdes.string(),
      });
      tables.push(await driver.storeEntries('longest'));
      await driver.close();
    }
    assert.deepEqual(
      tables[0]?.map(({ key, value }) => [key, value]),
      [['k', 'abc']],
    );
    assert.deepEqual(
      tables[1]?.map(({ key, value }) => [key, value]),
      [['k', 'abc']],
    );
  });
});
