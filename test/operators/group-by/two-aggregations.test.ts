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
