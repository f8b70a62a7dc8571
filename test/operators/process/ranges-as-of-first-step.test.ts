import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Stores, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const WINDOWS = Stores.windowStore<string, number>({ name: 'windows', retention: '1h', windowSize: 1000 });

describe('the windows of a key', () => {
  for (const all of [false, true]) {
    it(`are as of the first step, ${all ? 'by fetchAll' : 'by fetch'}`, async () => {
      const builder = new StreamsBuilder();
      builder
        .stream<string, string>('in', { dropNullValues: true })
        .process<string, string>(
          context => {
            const windows = context.getStateStore(WINDOWS);
            return async ({ timestamp }) => {
              const found = all ? windows.fetchAll(0, 100) : windows.fetch('k', 0, 100);
              windows.put('k', 7, 50);
              let count = 0;
              for await (const _ of found) count++;
              context.forward({ key: 'k', value: `${count}`, timestamp });
            };
          },
          { stores: [WINDOWS] },
        )
        .to('out');
      const driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
      const output = driver.readOutput('out').map(({ value }) => value);
      await driver.close();
      assert.deepEqual(output, ['1']);
    });
  }
});
