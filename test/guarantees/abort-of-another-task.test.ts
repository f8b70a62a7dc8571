import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

describe('an abort while the processor of another task waits', () => {
  it('takes back what that processor forwards meanwhile', async () => {
    const inits: (() => void)[] = [];
    const gates: (() => void)[] = [];
    let initialized = 0;
    let failed = false;
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullValues: true })
      .process<string, string>(context => ({
        async init() {
          if (++initialized > 2) await new Promise<void>(resolve => inits.push(resolve));
        },
        async process({ value, timestamp }) {
          if (value === 'fails once') {
            if (failed) return;
            failed = true;
            await immediate();
            throw new Error('not yet');
          }
          if (gates.length === 0) await new Promise<void>(resolve => gates.push(resolve));
          context.forward({ key: value, value, timestamp });
        },
      }))
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), {
      partitions: 2,
      autoCommit: false,
      processingExceptionHandler: () => 'retry',
    });
    // 'key-0' is of partition 1, 'key-2' of partition 0.
    driver.produce('in', { key: 'key-0', value: 'waits', timestamp: 0 });
    while (gates.length < 1) await driver.step();
    driver.produce('in', { key: 'key-2', value: 'fails once', timestamp: 0 });
    const aborting = (async () => {
      for (let turn = 0; turn < 10; turn++) await driver.step();
    })();
    // The transaction is aborted, and the next one is open. The first task begins again.
    while (inits.length < 1) await immediate();
    gates[0]?.();
    await immediate();
    inits[0]?.();
    while (inits.length < 2) await immediate();
    inits[1]?.();
    await aborting;
    await driver.run();
    await driver.commit();
    const output = driver.readOutput('out').map(({ value }) => value);
    await driver.close();
    assert.deepEqual(output, ['waits']);
  });
});
