import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorContext,
  type KeyValueStore,
  resumeOnError,
  Serdes,
  Stores,
  StreamsBuilder,
  type StreamsOptions,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const rates = Stores.keyValueStore<string, number>({ name: 'rates' });

describe('a global store that a processor fills', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  /** Keeps the highest rate of each currency. Amounts are converted by it. */
  async function start(options: Partial<StreamsOptions> = {}, onClose: () => void = () => {}): Promise<void> {
    const builder = new StreamsBuilder();
    builder.addGlobalStore<string, number>(rates, 'rates-in', {}, context => {
      const store = context.getStateStore(rates);
      return {
        process({ key, value }) {
          if (key === null || value === null) return;
          if (value < 0) throw new Error(`${context.recordMetadata()?.offset}: a rate is not negative`);
          store.put(key, Math.max(value, store.get(key) ?? 0));
        },
        close: onClose,
      };
    });
    builder
      .stream<string, number>('amounts', { dropNullKeys: true, dropNullValues: true })
      .processValues<string>(context => {
        const store = context.getStateStore(rates);
        return async record => {
          const all: string[] = [];
          for await (const { key } of store.all()) all.push(key);
          context.forward(record.withValue(`${(store.get(record.key) ?? 0) * record.value} of ${all.join('+')}`));
        };
      })
      .to('out');
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, ...options });
  }

  async function pipe(topic: string, key: string, value: number): Promise<void> {
    await driver?.pipeInput(topic, { key, value, timestamp: 0 });
  }

  function output(): unknown[] {
    return driver?.readOutput('out').map(({ value }) => value) ?? [];
  }

  it('is read by all tasks, also with ranges, and is there again after a crash', async () => {
    await start();
    await pipe('rates-in', 'key-0', 3);
    await pipe('rates-in', 'key-0', 2);
    await pipe('rates-in', 'key-2', 5);
    await pipe('amounts', 'key-0', 10);
    await driver?.crash();
    await pipe('amounts', 'key-2', 10);
    assert.deepEqual(output().sort(), ['30 of key-0+key-2', '50 of key-0+key-2']);
    assert.deepEqual(await driver?.storeEntries('rates'), [
      { key: 'key-0', value: 3 },
      { key: 'key-2', value: 5 },
    ]);
  });

  it('stops the application where its processor throws, whatever the handler says', async () => {
    await start({ processingExceptionHandler: resumeOnError });
    await assert.rejects(pipe('rates-in', 'a', -1), {
      name: 'StreamsError',
      message: /processing failed at .* for rates-in-\d@0: 0: a rate is not negative/,
    });
  });

  it('skips the record where the handler is enabled for it', async () => {
    const contexts: ErrorContext[] = [];
    await start({
      processingExceptionHandlerGlobalEnabled: true,
      processingExceptionHandler: (_error, context) => {
        contexts.push(context);
        return 'resume';
      },
    });
    await pipe('rates-in', 'key-0', -1);
    await pipe('rates-in', 'key-0', 4);
    await pipe('amounts', 'key-0', 10);
    assert.deepEqual(output(), ['40 of key-0']);
    assert.deepEqual(
      contexts.map(({ phase, taskId, input }) => [phase, taskId, input?.value]),
      [['processing', 'global', -1]],
    );
  });

  it('closes its processor', async () => {
    let closed = 0;
    await start({}, () => {
      closed += 1;
    });
    await driver?.close();
    driver = undefined;
    assert.equal(closed, 1);
  });

  it('is not written by processors of tasks', async () => {
    const builder = new StreamsBuilder();
    builder.addGlobalStore(rates, 'rates-in', {}, () => () => {});
    builder.stream<string, number>('in', { dropNullKeys: true, dropNullValues: true }).process(context => {
      const store = context.getStateStore(rates);
      return ({ key, value }) => store.put(key, value);
    });
    driver = await TopologyTestDriver.create(builder.build());
    await assert.rejects(pipe('in', 'a', 1), /store rates has the rows of a table: processors only read it/);
  });

  it('is refused for other kinds of stores, a name or a topic that is taken, and another store of its processor', async () => {
    const builder = new StreamsBuilder();
    const windows = Stores.windowStore({ name: 'windows', retention: 10, windowSize: 1 });
    assert.throws(() => builder.addGlobalStore(windows, 'a', {}, () => () => {}), /windows must be a key-value store/);
    builder.stream('read').to('copy');
    assert.throws(() => builder.addGlobalStore(rates, 'read', {}, () => () => {}), /topic read is read twice/);
    const named = new StreamsBuilder();
    named.table('users', { as: 'rates' });
    assert.throws(() => named.addGlobalStore(rates, 'a', {}, () => () => {}), /two of the store name rates/);
    const wrong = new StreamsBuilder();
    wrong.stream('read').to('copy');
    wrong.addGlobalStore(rates, 'a', {}, context => {
      context.getStateStore<KeyValueStore<string, number>>('other');
      return () => {};
    });
    await assert.rejects(TopologyTestDriver.create(wrong.build()), /uses the store other: it can use rates only/);
  });

  it('reads its topic with serdes of its own', async () => {
    const builder = new StreamsBuilder();
    const texts = Stores.keyValueStore({ name: 'texts', valueSerde: Serdes.string() });
    builder.addGlobalStore<string, number>(texts, 'numbers', { valueSerde: Serdes.long() }, context => {
      const store = context.getStateStore(texts);
      return ({ key, value }) => store.put(key ?? '', `${value}`);
    });
    builder.stream('in').to('out');
    driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('numbers', { key: 'a', value: 7, timestamp: 0 }, { valueSerde: Serdes.long() });
    assert.deepEqual(await driver.storeEntries('texts'), [{ key: 'a', value: '7' }]);
  });
});
