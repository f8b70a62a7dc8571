import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { StreamsBuilder, type TimestampedKeyValueStore } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('an aggregate of a task whose rows are looked up', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  async function numbersOf(builder: StreamsBuilder): Promise<unknown[]> {
    driver = await TopologyTestDriver.create(builder.build(), { autoCommit: false });
    for (let n = 1; n <= 4; n++) await driver.pipeInput('in', { key: 'a', value: n, timestamp: n });
    await driver.commit();
    return driver.readOutput('out').map(({ value }) => value);
  }

  it('is up to date for a join of the same stream, also before a commit', async () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream<string, number>('in', { dropNullKeys: true, dropNullValues: true });
    const counts = stream.groupByKey().count({ as: 'counts' });
    stream.join(counts, (n, count) => [n, count]).to('out');
    assert.deepEqual(await numbersOf(builder), [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('is up to date for a processor', async () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream<string, number>('in', { dropNullKeys: true, dropNullValues: true });
    stream.groupByKey().count({ as: 'counts' });
    stream
      .processValues<unknown>(
        context => {
          const counts = context.getStateStore<TimestampedKeyValueStore<string, number>>('counts');
          return record => context.forward(record.withValue([record.value, counts.get(record.key)?.value]));
        },
        { stores: ['counts'] },
      )
      .to('out');
    assert.deepEqual(await numbersOf(builder), [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });
});
