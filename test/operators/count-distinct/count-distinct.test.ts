import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

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
