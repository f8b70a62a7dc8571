import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, type TimestampedKeyValueStore } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a processor with a global store', () => {
  for (const stores of [[], ['names']]) {
    it(`reads it, with stores: [${stores}]`, async () => {
      const builder = new StreamsBuilder();
      builder.globalTable<string, string>('names-in', { as: 'names' });
      builder
        .stream<string, string>('in', { dropNullKeys: true })
        .processValues<string>(
          context => {
            const names = context.getStateStore<TimestampedKeyValueStore<string, string>>('names');
            return record => context.forward(record.withValue(names.get(record.key)?.value ?? 'nobody'));
          },
          { stores },
        )
        .to('out');
      const driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('names-in', { key: 'k', value: 'Kim', timestamp: 0 });
      await driver.pipeInput('in', { key: 'k', value: '', timestamp: 0 });
      const output = driver.readOutput('out').map(({ value }) => value);
      await driver.close();
      assert.deepEqual(output, ['Kim']);
    });
  }
});
