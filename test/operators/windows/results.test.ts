import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

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
