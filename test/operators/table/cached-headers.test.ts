import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type KTable, Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const text = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

type Declare = (builder: StreamsBuilder) => KTable<unknown, unknown>;

const tables: Readonly<Record<string, Declare>> = {
  'a table': builder => builder.table<string, string>('in', { as: 'rows', ...text }),
  'a filtered table with a store': builder =>
    builder.table<string, string>('in', text).filter(() => true, { as: 'filtered', ...text }),
  'an aggregate': builder => builder.stream<string, string>('in', text).groupByKey().count({ as: 'counts' }),
  'an aggregate behind a repartition': builder =>
    builder
      .stream<string, string>('in', text)
      .groupBy(() => 'another key', text)
      .count({ as: 'counts' }),
  'a windowed aggregate': builder =>
    builder
      .stream<string, string>('in', text)
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 10, grace: 0 }))
      .count({ as: 'counts' }),
};

describe('a row that leaves with the commit', () => {
  for (const [name, declare] of Object.entries(tables)) {
    it(`has the headers of the last update: ${name}`, async () => {
      const builder = new StreamsBuilder();
      declare(builder)
        .toStream()
        .map(() => ({ key: 'any', value: 'any' }))
        .to('out');
      const driver = await TopologyTestDriver.create(builder.build(), { autoCommit: false });
      try {
        for (const of of ['a', 'b']) {
          const headers = [{ key: 'of', value: Buffer.from(of) }];
          await driver.pipeInput('in', { key: 'k', value: of, timestamp: 1, headers }, text);
        }
        await driver.commit();
        const seen = driver.readOutput('out').map(({ headers }) => headers?.map(({ value }) => value?.toString()));
        assert.deepEqual(seen, [['b']]);
      } finally {
        await driver.close();
      }
    });
  }
});
