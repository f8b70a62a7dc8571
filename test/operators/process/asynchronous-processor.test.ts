import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import { type KStream, Serdes, Stores, StreamsBuilder, type Topology } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const words = Stores.keyValueStore({ name: 'words', valueSerde: Serdes.json<number>() });

/** Counts each word of the input, and forwards what the store has of its first letter. */
function completing(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in')
    .process<string, string>(
      context => {
        const store = context.getStateStore(words);
        return async ({ value, timestamp }) => {
          const word = value ?? '';
          store.put(word, (store.get(word) ?? 0) + 1);
          for await (const { key, value: count } of store.prefixScan(word.slice(0, 1), Serdes.string())) {
            context.forward({ key, value: `${key} ${count}`, timestamp });
          }
        };
      },
      { stores: [words] },
    )
    .to('out');
  return builder.build();
}

type Shape = 'sync' | 'async' | 'late';

/** Passes each record on twice: at once, or after some turns of the event loop. */
function passing(stream: KStream<string | null, string>, shape: Shape, name: string): KStream<string | null, string> {
  return stream.processValues<string>(context =>
    shape === 'sync'
      ? record => {
          context.forward(record.withValue(`${record.value}${name}1`));
          context.forward(record.withValue(`${record.value}${name}2`));
        }
      : async record => {
          if (shape === 'late') await immediate();
          context.forward(record.withValue(`${record.value}${name}1`));
          await immediate();
          context.forward(record.withValue(`${record.value}${name}2`));
        },
  );
}

function tree(shapes: readonly Shape[]): Topology {
  const builder = new StreamsBuilder();
  const source = builder
    .stream<string, string>('in', { dropNullValues: true })
    .flatMapValues(value => [`${value}x`, `${value}y`]);
  const [first = 'sync', second = 'sync', third = 'sync'] = shapes;
  const a = passing(source, first, 'a');
  passing(a, second, 'b').to('out');
  passing(source, third, 'c').to('out');
  a.to('out');
  return builder.build();
}

async function outputOf(topology: Topology, values: readonly string[]): Promise<unknown[]> {
  const driver = await TopologyTestDriver.create(topology, { autoCommit: false });
  try {
    driver.produce(
      'in',
      values.map(value => ({ key: 'k', value, timestamp: 0 })),
    );
    await driver.run();
    await driver.commit();
    return driver.readOutput('out').map(({ value }) => value);
  } finally {
    await driver.close();
  }
}

describe('a processor that gives a promise', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(() => driver?.close());

  it('reads a range of its store, with what it has written', async () => {
    driver = await TopologyTestDriver.create(completing());
    for (const value of ['ab', 'b', 'ac', 'ab']) await driver.pipeInput('in', { key: null, value, timestamp: 0 });
    assert.deepEqual(
      driver.readOutput('out').map(({ value }) => value),
      ['ab 1', 'b 1', 'ab 1', 'ac 1', 'ab 2', 'ac 1'],
    );
  });

  it('walks a store that it changes meanwhile', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in')
      .process<string, number>(
        context => {
          const store = context.getStateStore(words);
          context.schedule(10, 'streamTime', async timestamp => {
            for await (const { key, value } of store.reverseAll()) {
              store.delete(key);
              store.put(`~${key}`, value);
              context.forward({ key, value, timestamp });
            }
          });
          return ({ key, value }) => store.put(key ?? '', value);
        },
        { stores: [words] },
      )
      .to('out');
    driver = await TopologyTestDriver.create(builder.build());
    for (const [index, key] of ['a', 'b', 'c'].entries())
      await driver.pipeInput('in', { key, value: 1, timestamp: index + 1 });
    await driver.pipeInput('in', { key: 'd', value: 1, timestamp: 10 });
    assert.deepEqual(
      driver.readOutput('out').map(({ key }) => key),
      ['a', '~a', 'd', 'c', 'b'],
    );
  });

  it('keeps the order of each node, whatever waits', async () => {
    const shape = fc.constantFrom<Shape>('sync', 'async', 'late');
    const expected = await outputOf(tree(['sync', 'sync', 'sync']), ['1', '2']);
    await fc.assert(
      fc.asyncProperty(fc.tuple(shape, shape, shape), async shapes => {
        const output = await outputOf(tree(shapes), ['1', '2']);
        for (const node of [/ab?\d$/, /b\d$/, /c\d$/]) {
          const ofNode = (values: readonly unknown[]) => values.filter(value => node.test(String(value)));
          assert.deepEqual(ofNode(output), ofNode(expected));
        }
        // With one processor that waits, the order is the same over all nodes.
        if (shapes.filter(each => each !== 'sync').length < 2) assert.deepEqual(output, expected);
      }),
      { numRuns: 27 },
    );
  });

  it('has its writes and results undone with its record, when the transaction is aborted while it waits', async () => {
    const gates: (() => void)[] = [];
    const failures: unknown[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullValues: true })
      .process<string, string>(
        context => {
          const store = context.getStateStore(words);
          return async ({ value, timestamp }) => {
            store.put(value, (store.get(value) ?? 0) + 1);
            context.forward({ key: value, value: 'begun', timestamp });
            await new Promise<void>(resolve => gates.push(resolve));
            try {
              context.forward({ key: value, value: `ended ${store.get(value)}`, timestamp });
            } catch (error) {
              failures.push(error);
              throw error;
            }
          };
        },
        { stores: [words] },
      )
      .to('out');
    driver = await TopologyTestDriver.create(builder.build(), { autoCommit: false });
    driver.produce('in', { key: 'k', value: 'a', timestamp: 0 });
    while (gates.length < 1) await driver.step();
    const crashed = driver.crash();
    while (gates.length < 2) await immediate();
    gates[0]?.();
    await immediate();
    gates[1]?.();
    await crashed;
    await driver.commit();
    assert.deepEqual(
      driver.readOutput('out').map(({ value }) => value),
      ['begun', 'ended 1'],
    );
  });
});
