import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a join with a versioned table that waits for its grace', () => {
  async function joined(closeOnIdle: boolean): Promise<unknown[]> {
    const builder = new StreamsBuilder();
    const rates = builder.table<string, number>('rates', { as: 'rates', historyRetention: '1h' });
    builder
      .stream<string, number>('in', { dropNullKeys: true, dropNullValues: true })
      .join(rates, (value, rate) => value * rate, { name: 'rated', gracePeriod: '10s', closeOnIdle })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { idleTimeout: '5s', startTime: 1_000_000 });
    try {
      await driver.pipeInput('rates', { key: 'k', value: 2, timestamp: 1_000_000 });
      await driver.pipeInput('in', { key: 'k', value: 21, timestamp: 1_000_000 });
      assert.deepEqual(driver.readOutput('out'), []);
      for (let second = 0; second < 20; second++) await driver.advanceWallClock(1000);
      return driver.readOutput('out').map(({ value }) => value);
    } finally {
      await driver.close();
    }
  }

  it('sends the last record while no other comes, with closeOnIdle', async () => {
    assert.deepEqual(await joined(true), [42]);
  });

  it('waits for another record without it, as Java does', async () => {
    assert.deepEqual(await joined(false), []);
  });
});
