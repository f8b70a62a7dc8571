import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, type Topology } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

function closing(close: () => void): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in')
    .process<string | null, string | null>(context => ({ process: record => context.forward(record), close }))
    .to('out');
  return builder.build();
}

describe('a processor whose close throws', () => {
  it('does not stop the application at an abort', async () => {
    const topology = closing(() => {
      throw new Error('the file is gone');
    });
    const driver = await TopologyTestDriver.create(topology, { autoCommit: false });
    await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
    driver.failNextCommit('abort');
    await driver.commit();
    await driver.run();
    await driver.commit();
    assert.equal(driver.readOutput('out').length, 1);
    await driver.close().catch(() => {});
  });
});
