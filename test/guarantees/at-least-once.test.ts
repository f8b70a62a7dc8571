import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

describe('at least once', () => {
  let driver: TopologyTestDriver;

  beforeEach(async () => {
    const builder = new StreamsBuilder();
    const numbers = builder.stream<string, number>('in');
    numbers.to('copy');
    numbers.groupByKey().count({ as: 'counts' }).toStream().to('out', { valueSerde: Serdes.json<number | null>() });
    driver = await TopologyTestDriver.create(builder.build(), {
      processingGuarantee: 'at_least_once',
      autoCommit: false,
      partitions: 2,
    });
  });

  afterEach(() => driver.close());

  function produce(from: number, to: number): void {
    for (let n = from; n < to; n++) driver.produce('in', { key: `key-${n % 5}`, value: n, timestamp: n });
  }

  const copied = (): number[] => driver.readOutput<string, number>('copy').map(({ value }) => value ?? -1);

  const counts = (): Record<string, unknown> =>
    Object.fromEntries(driver.readOutput('out').map(({ key, value }) => [key, value]));

  it('is exactly once as long as nothing fails', async () => {
    produce(0, 50);
    await driver.run();
    await driver.commit();
    produce(50, 100);
    await driver.run();
    await driver.commit();
    assert.deepEqual(
      copied().sort((a, b) => a - b),
      [...Array(100).keys()],
    );
    assert.deepEqual(counts(), { 'key-0': 20, 'key-1': 20, 'key-2': 20, 'key-3': 20, 'key-4': 20 });
  });

  it('loses nothing in a crash: what was not committed is processed again', async () => {
    produce(0, 50);
    await driver.run();
    await driver.commit();
    produce(50, 80);
    await driver.run();
    await driver.crash();
    await driver.commit();
    const ids = copied();
    assert.deepEqual(
      [...new Set(ids)].sort((a, b) => a - b),
      [...Array(80).keys()],
    );
    assert.equal(ids.length, 110, 'the 30 that were not committed came twice');
    assert.ok(Object.values(counts()).every(count => typeof count === 'number' && count >= 16));
  });
});
