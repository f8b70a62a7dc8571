import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Stores, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const VERSIONS = Stores.versionedKeyValueStore<string, number>({ name: 'versions', historyRetention: '1h' });

describe('a versioned store', () => {
  for (const time of [Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    it(`has no version of an absent key at ${time}`, async () => {
      const builder = new StreamsBuilder();
      builder
        .stream<string, string>('in', { dropNullValues: true })
        .process<string, string>(
          context => {
            const versions = context.getStateStore(VERSIONS);
            return ({ value, timestamp }) => {
              versions.put('k', 1, 5);
              context.forward({ key: 'k', value: `${value} ${versions.get('absent', time)}`, timestamp });
            };
          },
          { stores: [VERSIONS] },
        )
        .to('out');
      const driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
      const output = driver.readOutput('out').map(({ value }) => value);
      await driver.close();
      assert.deepEqual(output, ['v null']);
    });
  }

  it('refuses a put at a time that is none', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, string>('in', { dropNullValues: true }).process<string, string>(
      context => {
        const versions = context.getStateStore(VERSIONS);
        return ({ value }) => void versions.put('k', 1, Date.parse(value));
      },
      { stores: [VERSIONS] },
    );
    const driver = await TopologyTestDriver.create(builder.build(), { processingExceptionHandler: () => 'resume' });
    await driver.pipeInput('in', { key: 'k', value: 'no date', timestamp: 0 });
    const { rejected } = driver.counts[0] ?? {};
    await driver.close();
    assert.equal(rejected, 1);
  });
});
