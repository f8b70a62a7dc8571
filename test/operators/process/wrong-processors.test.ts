import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorContext,
  type KeyValueStore,
  type ProcessorSupplier,
  resumeOnError,
  Serdes,
  Stores,
  StreamsBuilder,
} from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';

type Supplier = ProcessorSupplier<string | null, string | null, string | null, string | null>;

const seen = Stores.keyValueStore({ name: 'seen', valueSerde: Serdes.string() });

describe('a processor that can not work', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  async function start(supplier: Supplier, options: TopologyTestDriverOptions = {}): Promise<void> {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process(supplier, { name: 'mine', stores: [seen] })
      .to('out');
    driver = await TopologyTestDriver.create(builder.build(), options);
  }

  async function pipe(value: string | null): Promise<void> {
    await driver?.pipeInput('in', { key: 'k', value, timestamp: 0 });
  }

  function output(): unknown[] {
    return driver?.readOutput('out').map(({ value }) => value) ?? [];
  }

  it('is refused when the topology is built, if it uses a store that is not declared', () => {
    const builder = new StreamsBuilder();
    builder.stream('in').process(() => () => {}, { name: 'mine', stores: ['nowhere'] });
    assert.throws(() => builder.build(), {
      name: 'TopologyError',
      message: /mine uses the store nowhere, which is not declared: .*addStateStore/,
    });
  });

  it('is refused when it is declared, if another store or table has the name of its store', () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(seen);
    builder.addStateStore(seen);
    assert.throws(() => builder.addStateStore(Stores.keyValueStore({ name: 'seen' })), /two of the store name seen/);
    assert.throws(() => builder.table('users', { as: 'seen' }), /two of the store name seen/);
  });

  it('stops the application before its first record, if it asks for a store that it does not name', async () => {
    await assert.rejects(
      start(context => {
        context.getStateStore('other');
        return () => {};
      }),
      { name: 'StreamsError', message: /mine uses the store other: name it in its option stores/ },
    );
  });

  it('has its record handed to the processing exception handler; what it did before stays', async () => {
    const contexts: ErrorContext[] = [];
    await start(
      context => {
        const store = context.getStateStore(seen);
        return async record => {
          store.put(`${record.value}`, 'yes');
          context.forward(record);
          if (record.value === 'bad') throw new Error('not this one');
          await sleep(1);
          if (record.value === 'late') throw new Error('not this one, either');
        };
      },
      {
        processingExceptionHandler: (error, errorContext) => {
          contexts.push(errorContext);
          return resumeOnError(error, errorContext);
        },
      },
    );
    for (const value of ['good', 'bad', 'late', 'good']) await pipe(value);
    assert.deepEqual(output(), ['good', 'bad', 'late', 'good']);
    assert.deepEqual(
      contexts.map(({ phase, node, input, record }) => [phase, node, input?.value, record?.offset]),
      [
        ['processing', 'mine', 'bad', 1],
        ['processing', 'mine', 'late', 2],
      ],
    );
    assert.deepEqual(
      (await driver?.storeEntries('seen'))?.map(({ key }) => key),
      ['bad', 'good', 'late'],
    );
  });

  for (const [what, timestamp] of [
    ['negative', -1],
    ['broken', 0.5],
    ['no', Number.NaN],
  ] as const) {
    it(`stops the application, whatever handler there is, if it forwards a ${what} timestamp`, async () => {
      await start(context => record => context.forward({ ...record, timestamp }), {
        processingExceptionHandler: resumeOnError,
      });
      await assert.rejects(pipe('x'), { name: 'StreamsError', message: /mine forwards a record with the timestamp/ });
    });
  }

  it('stops the application if it forwards to a node that is not after it', async () => {
    await start(context => record => context.forward(record, 'nobody'), { processingExceptionHandler: resumeOnError });
    await assert.rejects(pipe('x'), { name: 'StreamsError', message: /mine forwards to nobody: no node/ });
  });

  it('stops the application also if it catches what stops it', async () => {
    await start(context => async record => {
      try {
        context.forward({ ...record, timestamp: -1 });
      } catch {}
      await sleep(1);
    });
    await assert.rejects(pipe('x'), { name: 'StreamsError', message: /the timestamp -1/ });
  });

  it('can not use its store or forward after its record', async () => {
    const failures: unknown[] = [];
    let kept: KeyValueStore<string, string> | undefined;
    const attempts: (() => void)[] = [];
    await start(context => {
      kept = context.getStateStore(seen);
      return record => {
        attempts.push(() => context.forward(record));
      };
    });
    await pipe('x');
    attempts.push(() => kept?.put('a', 'b'));
    attempts.push(() => kept?.get('a'));
    for (const attempt of attempts) {
      assert.throws(attempt, (error: Error & { readonly code?: string }) => {
        failures.push([error.name, error.code, error.message]);
        return true;
      });
    }
    const why = 'by mine: nothing is in process there: await everything that a processor starts';
    assert.deepEqual(failures, [
      ['InvalidStateStoreError', 'CLOSED', `forward ${why}`],
      ['InvalidStateStoreError', 'CLOSED', `store seen is used ${why}`],
      ['InvalidStateStoreError', 'CLOSED', `store seen is used ${why}`],
    ]);
    await driver?.close();
    assert.throws(() => kept?.get('a'), /store seen is used by mine: the task was closed/);
    driver = undefined;
  });

  it('can not go on with a range after its record', async () => {
    let walk: AsyncIterator<unknown> | undefined;
    await start(context => {
      const store = context.getStateStore(seen);
      return async record => {
        store.put(`${record.value}1`, 'x');
        store.put(`${record.value}2`, 'x');
        walk = store.all();
        await walk.next();
      };
    });
    await pipe('a');
    await assert.rejects(walk?.next() ?? Promise.resolve(), { name: 'InvalidStateStoreError' });
  });

  it('reports an error of its close when everything is closed', async () => {
    await start(() => ({
      process() {},
      close() {
        throw new Error('does not close');
      },
    }));
    await assert.rejects(driver?.close() ?? Promise.resolve(), /mine: close: does not close/);
    driver = undefined;
  });

  it('gives a value of a wrong type to the serde of its store, which is an error of its record', async () => {
    const errors: string[] = [];
    await start(
      context => {
        const store = context.getStateStore(seen) as unknown as KeyValueStore<string, number>;
        return ({ key }) => store.put(key ?? '', 5);
      },
      {
        processingExceptionHandler: error => {
          errors.push(error.message);
          return 'resume';
        },
      },
    );
    await pipe('x');
    assert.deepEqual(errors, ['the string serde was given the number 5']);
    assert.deepEqual(await driver?.storeEntries('seen'), []);
  });
});
