import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { type StoreEntry, TopologyTestDriver } from '../../../streams/testing/index.js';

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
