import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a record that is forwarded to a child by its name', () => {
  it('comes after the records that were forwarded before it', async () => {
    const builder = new StreamsBuilder();
    const first = builder.stream<string, string>('in', { dropNullValues: true }).processValues<string>(
      context => record => {
        context.forward(record.withValue('first'));
        context.forward(record.withValue('second'), 'named');
      },
      { name: 'forwarding' },
    );
    first.processValues<string>(() => async () => void (await immediate()));
    first.to('out', { name: 'named' });
    const driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
    const output = driver.readOutput('out').map(({ value }) => value);
    await driver.close();
    assert.deepEqual(output, ['first', 'second']);
  });
});
