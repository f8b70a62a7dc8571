import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Stores, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const GREETED = Stores.keyValueStore<string, number>({ name: 'greeted' });

describe('init of a processor', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  it('may write, and that is committed also if no record comes', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, string>('in').process<string, string>(
      context => ({
        init() {
          const greeted = context.getStateStore(GREETED);
          greeted.put('all', (greeted.get('all') ?? 0) + 1);
        },
        process() {},
      }),
      { stores: [GREETED] },
    );
    driver = await TopologyTestDriver.create(builder.build());
    assert.deepEqual(await driver.storeEntries('greeted'), [{ key: 'all', value: 1 }]);
    await driver.crash();
    assert.deepEqual(await driver.storeEntries('greeted'), [{ key: 'all', value: 2 }]);
  });

  it('can not forward: the processors after it may not be ready', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process<string, string>(context => ({
        init: () => context.forward({ key: 'k', value: 'hello', timestamp: 0 }),
        process() {},
      }))
      .to('out');
    await assert.rejects(TopologyTestDriver.create(builder.build()), {
      name: 'InvalidStateStoreError',
      message: /forward by KSTREAM-PROCESSOR-\d+ in its init: there is no record to forward/,
    });
  });
});
