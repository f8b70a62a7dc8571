import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Stores, StreamsBuilder, type ValueTransformer, type ValueTransformerContext } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const versions = Stores.keyValueStore<string, number>({ name: 'versions' });

class Versioning implements ValueTransformer<string, string, string> {
  #context: ValueTransformerContext | undefined;

  init(context: ValueTransformerContext): void {
    this.#context = context;
  }

  transform(value: string | null, key: string): string | null {
    const store = this.#context?.getStateStore(versions);
    const version = (store?.get(key) ?? 0) + 1;
    store?.put(key, version);
    return value === 'hidden' ? null : `${value} ${version} ${this.#context?.timestamp()}`;
  }
}

describe('transformValues of a table', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  async function pipe(topic: string, key: string, value: string | null, timestamp: number): Promise<void> {
    await driver?.pipeInput(topic, { key, value, timestamp });
  }

  function output(): unknown[] {
    return driver?.readOutput('out').map(({ value }) => value) ?? [];
  }

  it('is called for rows that are deleted, keeps what it gives, and null is no row', async () => {
    const builder = new StreamsBuilder();
    builder
      .table<string, string>('in')
      .transformValues(() => new Versioning(), { as: 'versioned', stores: [versions] })
      .toStream()
      .to('out');
    driver = await TopologyTestDriver.create(builder.build());
    await pipe('in', 'a', 'x', 1);
    await pipe('in', 'a', null, 2);
    await pipe('in', 'b', 'y', 3);
    await driver.crash();
    await pipe('in', 'b', 'hidden', 4);
    assert.deepEqual(output(), ['x 1 1', 'null 2 2', 'y 1 3', null]);
    assert.deepEqual(await driver.storeEntries('versioned'), [{ key: 'a', value: 'null 2 2', timestamp: 2 }]);
  });

  it('is called again for each look-up, with the time of the row, if it has no store', async () => {
    const builder = new StreamsBuilder();
    const table = builder
      .table<string, string>('rows')
      .transformValues<string>(
        context => value => `${value} at ${context.timestamp()} ${context.recordMetadata()?.topic}`,
      );
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .join(table, (value, row) => `${value}: ${row}`)
      .to('out');
    driver = await TopologyTestDriver.create(builder.build());
    await pipe('in', 'a', 'none', 1);
    await pipe('rows', 'a', 'row', 5);
    await pipe('in', 'a', 'some', 7);
    assert.deepEqual(output(), ['none: null at -1 undefined', 'some: row at 5 undefined']);
  });

  it('stops the application if it gives a promise', async () => {
    const builder = new StreamsBuilder();
    builder
      .table<string, string>('in')
      .transformValues<Promise<string>>(() => async value => `${value}`)
      .toStream();
    driver = await TopologyTestDriver.create(builder.build());
    await assert.rejects(pipe('in', 'a', 'x', 1), /the transformer gave a promise/);
  });
});
