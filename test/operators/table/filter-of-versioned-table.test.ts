import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const HISTORY_MS = 1000;
const isEven = (_key: string, value: number): boolean => value % 2 === 0;

/** What a filtered versioned table gives for these values of one row, one millisecond after another. */
describe('a filter of a versioned table', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close();
    driver = undefined;
  });

  async function outputs(builder: StreamsBuilder, ...values: readonly (number | null)[]): Promise<unknown[]> {
    driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes: 0 });
    for (const [timestamp, value] of values.entries()) await driver.pipeInput('in', { key: 'k', value, timestamp });
    return driver.readOutput('out').map(({ value }) => value);
  }

  it('takes the old row out of a sum', async () => {
    const builder = new StreamsBuilder();
    builder
      .table<string, number>('in', { as: 'rows', historyRetention: HISTORY_MS })
      .filter(isEven)
      .groupBy((_key, value) => ({ key: 'all', value }))
      .reduce(
        (sum, value) => sum + value,
        (sum, value) => sum - value,
        { as: 'sums' },
      )
      .toStream()
      .to('out');
    assert.deepEqual(await outputs(builder, 2, 4, 3, 8), [2, 4, 0, 8]);
  });

  it('takes the old result out of an inner join by a foreign key', async () => {
    const builder = new StreamsBuilder();
    const rows = builder.table<string, number>('in', { as: 'rows', historyRetention: HISTORY_MS }).filter(isEven);
    const names = builder.table<string, string>('names', { as: 'names' });
    rows
      .join(
        names,
        value => `${value}`,
        (value, name) => `${value} ${name}`,
        { as: 'joined' },
      )
      .toStream()
      .to('out');
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('names', { key: '2', value: 'two', timestamp: 0 });
    for (const value of [2, 4]) await driver.pipeInput('in', { key: 'k', value, timestamp: value });
    assert.deepEqual(
      driver.readOutput('out').map(({ value }) => value),
      ['2 two', null],
    );
  });

  it('sends a tombstone for each row that it rejects, also with serdes or a store of its own', async () => {
    const valueSerde = Serdes.json<number>();
    for (const options of [{}, { valueSerde }, { as: 'even' }]) {
      const builder = new StreamsBuilder();
      builder
        .table<string, number>('in', { as: 'rows', historyRetention: HISTORY_MS })
        .filter(isEven, options)
        .toStream()
        .to('out');
      assert.deepEqual(await outputs(builder, 1, 3, 4), [null, null, 4]);
      await driver?.close();
    }
  });
});
