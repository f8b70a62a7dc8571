import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { type KStream, Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { rowName } from './pipeline.js';

const WINDOWS = TimeWindows.of({ size: 1000, grace: 0, closeOnIdle: true });

/** Counts what `declare` makes of the topic `in`, in windows that go by the time of the task. */
function counting(declare: (builder: StreamsBuilder) => KStream<string | null, unknown>): Topology {
  const builder = new StreamsBuilder();
  declare(builder)
    .groupByKey()
    .windowedBy(WINDOWS)
    .emitStrategy('onWindowClose')
    .count({ as: 'windows' })
    .toStream(rowName)
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}

describe('records that are kept back until the commit', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  const kinds: Record<string, Topology> = {
    'by the combiner of the aggregation itself': counting(builder => builder.stream('in')),
    'by the cache of a table': counting(builder => builder.table('in', { as: 'rows' }).toStream()),
    'by the cache of an aggregate': counting(builder =>
      builder.stream('in').groupByKey().count({ as: 'rows' }).toStream(),
    ),
  };

  for (const [what, topology] of Object.entries(kinds)) {
    it(`are not late because the task went on meanwhile: ${what}`, async () => {
      driver = await TopologyTestDriver.create(topology, { autoCommit: false });
      driver.produce('in', { key: 'a', value: 1, timestamp: 500 });
      driver.produce('in', { key: 'b', value: 1, timestamp: 1500 });
      driver.produce('in', { key: 'c', value: 1, timestamp: 5500 });
      await driver.run();
      await driver.commit();
      assert.deepEqual(
        driver.readOutput('out').map(({ key, value }) => [key, value]),
        [
          ['a@0', 1],
          ['b@1000', 1],
        ],
      );
      assert.equal(driver.counts[0]?.late, 0);
    });

    it(`are late after a crash if they were late before: ${what}`, async () => {
      driver = await TopologyTestDriver.create(topology, { autoCommit: false });
      driver.produce('in', { key: 'a', value: 1, timestamp: 500 });
      driver.produce('in', { key: 'c', value: 1, timestamp: 5500 });
      await driver.run();
      await driver.commit();
      await driver.crash();
      driver.produce('in', { key: 'd', value: 1, timestamp: 600 });
      await driver.run();
      await driver.commit();
      assert.deepEqual(
        driver.readOutput('out').map(({ key }) => key),
        ['a@0'],
      );
      assert.equal(driver.counts[0]?.late, 1);
    });
  }

  it('hold windows back no longer than to the commit when the input is silent', async () => {
    const topology = counting(builder => builder.table('in', { as: 'rows' }).toStream());
    driver = await TopologyTestDriver.create(topology, { idleTimeout: 1000, startTime: 500 });
    await driver.pipeInput('in', { key: 'a', value: 1, timestamp: 500 });
    for (let n = 0; n < 4; n++) await driver.advanceWallClock(1000);
    assert.deepEqual(
      driver.readOutput('out').map(({ key }) => key),
      ['a@0'],
    );
  });
});
