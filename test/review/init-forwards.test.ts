import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Stores, StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

const GREETED = Stores.keyValueStore<string, boolean>({ name: 'greeted' });

/**
 * Expected: what `init` writes and forwards takes effect together, or it may not forward (the documentation of `forward`
 * says: "while a record or a punctuation is in process").
 *
 * Why it fails: `UserProcessor.init` lets it write and forward, but `Task.init` does not make the task dirty. So its
 * results are committed with the next commit of any other task of the worker, and its writes are not. A worker without
 * records never ends the transaction that has these results.
 */
describe('a processor that writes and forwards in init', () => {
  it('has both committed, or neither', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process<string, string>(
        context => ({
          init() {
            const greeted = context.getStateStore(GREETED);
            if (greeted.get('all') !== null) return;
            greeted.put('all', true);
            context.forward({ key: context.taskId, value: 'hello', timestamp: 0 });
          },
          process() {},
        }),
        { stores: [GREETED] },
      )
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, autoCommit: false });
    // Only the first task gets a record.
    await driver.pipeInput('in', { key: 'key-2', value: '', timestamp: 0 });
    await driver.commit();
    await driver.crash();
    await driver.pipeInput('in', { key: 'key-2', value: '', timestamp: 0 });
    await driver.commit();
    const output = driver.readOutput('out').map(({ key, value }) => `${key} ${value}`);
    await driver.close();
    assert.deepEqual(output.sort(), [...new Set(output)].sort());
  });

  it('reaches a processor after it, or is told that it may not forward', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process<string, string>(context => ({
        init() {
          context.forward({ key: 'k', value: 'hello', timestamp: 0 });
        },
        process() {},
      }))
      .process<string, string>(context => record => context.forward({ ...record, key: 'k' }))
      .to('out');
    // It stops with "a record before init" of the second processor.
    const driver = await TopologyTestDriver.create(builder.build());
    assert.equal(driver.readOutput('out').length, 1);
    await driver.close();
  });
});
