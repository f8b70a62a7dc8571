import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type KeyValueStore,
  type Processor,
  type ProcessorContext,
  type ProcessorRecord,
  Serdes,
  Stores,
  StreamsBuilder,
  type TimestampedKeyValueStore,
  type Topology,
  type VersionedKeyValueStore,
} from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';

const sums = Stores.keyValueStore({ name: 'sums', valueSerde: Serdes.json<number>() });

/** A processor with members of its own. */
class RunningSum implements Processor<string | null, number, string, string> {
  static closed = 0;
  #context: ProcessorContext<string, string> | undefined;
  #sums: KeyValueStore<string, number> | undefined;
  #received = 0;

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
    this.#sums = context.getStateStore(sums);
  }

  process(record: ProcessorRecord<string | null, number>): void {
    if (record.key === null) return;
    const sum = (this.#sums?.get(record.key) ?? 0) + record.value;
    this.#sums?.put(record.key, sum);
    this.#received += 1;
    this.#context?.forward({ ...record, key: record.key, value: `${sum} after ${this.#received}` });
  }

  close(): void {
    RunningSum.closed += 1;
  }
}

describe('a processor', () => {
  let driver: TopologyTestDriver | undefined;

  async function start(topology: Topology, options: TopologyTestDriverOptions = {}): Promise<TopologyTestDriver> {
    driver = await TopologyTestDriver.create(topology, options);
    return driver;
  }

  afterEach(() => driver?.close());

  async function pipe(...records: readonly (readonly [string | null, unknown])[]): Promise<void> {
    for (const [key, value] of records) await driver?.pipeInput('in', { key, value, timestamp: 5 });
  }

  function output(topic = 'out'): unknown[] {
    return driver?.readOutput(topic).map(({ key, value }) => [key, value]) ?? [];
  }

  it('is an object with members and a store', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in', { dropNullValues: true })
      .process(() => new RunningSum(), { stores: [sums] })
      .to('out');
    await start(builder.build());
    await pipe(['a', 1], ['b', 5], ['a', 2], [null, 9]);
    assert.deepEqual(output(), [
      ['a', '1 after 1'],
      ['b', '5 after 2'],
      ['a', '3 after 3'],
    ]);
    assert.deepEqual(await driver?.storeEntries('sums'), [
      { key: 'a', value: 3 },
      { key: 'b', value: 5 },
    ]);
  });

  it('begins again with new members after an abort, and its store is as of the last commit', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in', { dropNullValues: true })
      .process(() => new RunningSum(), { stores: [sums] })
      .to('out');
    await start(builder.build(), { autoCommit: false });
    const closed = RunningSum.closed;
    await pipe(['a', 1]);
    await driver?.commit();
    await pipe(['a', 2]);
    driver?.failNextCommit('abort');
    await driver?.commit();
    await driver?.run();
    await driver?.commit();
    assert.deepEqual(output(), [
      ['a', '1 after 1'],
      ['a', '3 after 1'],
    ]);
    assert.equal(RunningSum.closed, closed + 1);
  });

  it('is a function, of each task its own', async () => {
    const builder = new StreamsBuilder();
    let made = 0;
    builder
      .stream('in')
      .process<string, string>(context => {
        made += 1;
        let count = 0;
        return ({ key, timestamp }) => {
          count += 1;
          context.forward({ key: context.taskId, value: `${key} ${count} ${context.partition}`, timestamp });
        };
      })
      .to('out');
    await start(builder.build(), { partitions: 2 });
    assert.equal(made, 2);
    await pipe(['key-0', 1], ['key-2', 1], ['key-2', 1]);
    assert.deepEqual(output().sort(), [
      ['0_0', 'key-2 1 0'],
      ['0_0', 'key-2 2 0'],
      ['0_1', 'key-0 1 1'],
    ]);
  });

  it('shares a store by its name, over two sub-topologies that so are one', async () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(Stores.keyValueStore({ name: 'limits', valueSerde: Serdes.json<number>() }));
    builder.stream<string, number>('limits-in').process<string, number>(
      context => {
        const limits = context.getStateStore<KeyValueStore<string | null, number>>('limits');
        return ({ key, value }) => limits.put(key, value);
      },
      { stores: ['limits'] },
    );
    builder
      .stream<string, number>('in')
      .process<string | null, number | null>(
        context => {
          const limits = context.getStateStore<KeyValueStore<string | null, number>>('limits');
          return record => {
            if ((record.value ?? 0) <= (limits.get(record.key) ?? 0)) context.forward(record);
          };
        },
        { stores: ['limits'] },
      )
      .to('out');
    const topology = builder.build();
    await start(topology);
    await driver?.pipeInput('limits-in', { key: 'a', value: 10, timestamp: 0 });
    await pipe(['a', 10], ['a', 11], ['b', 1]);
    assert.deepEqual(output(), [['a', 10]]);
    assert.equal(topology.describe().match(/Sub-topology/g)?.length, 1);
  });

  it('reads the store of a table', async () => {
    const builder = new StreamsBuilder();
    builder.table<string, string>('names', { as: 'names' });
    builder
      .stream<string, number>('in')
      .processValues<string>(
        context => {
          const names = context.getStateStore<TimestampedKeyValueStore<string, string>>('names');
          return record => {
            const row = record.key === null ? null : names.get(record.key);
            context.forward(record.withValue(`${row?.value} as of ${row?.timestamp}`));
          };
        },
        { stores: ['names'] },
      )
      .to('out');
    await start(builder.build());
    await driver?.pipeInput('names', { key: 'a', value: 'Ada', timestamp: 3 });
    await pipe(['a', 1], ['b', 1]);
    assert.deepEqual(output(), [
      ['a', 'Ada as of 3'],
      ['b', 'undefined as of undefined'],
    ]);
  });

  it('does not write the store of a table', async () => {
    const builder = new StreamsBuilder();
    builder.table<string, string>('names', { as: 'names' });
    builder.stream<string, string>('in', { dropNullKeys: true }).process(
      context => {
        const names = context.getStateStore<TimestampedKeyValueStore<string, string>>('names');
        return ({ key, timestamp }) => names.put(key, { value: 'other', timestamp });
      },
      { stores: ['names'] },
    );
    await start(builder.build());
    await assert.rejects(pipe(['a', 1]), /store names has the rows of a table: processors only read it/);
  });

  it('reads the versions of a versioned table', async () => {
    const builder = new StreamsBuilder();
    builder.table<string, string>('names', { as: 'names', historyRetention: 100 });
    builder
      .stream<string, number>('in', { dropNullKeys: true, dropNullValues: true })
      .processValues<string>(
        context => {
          const names = context.getStateStore<VersionedKeyValueStore<string, string>>('names');
          return record => context.forward(record.withValue(`${names.get(record.key, record.value)?.value}`));
        },
        { stores: ['names'] },
      )
      .to('out');
    await start(builder.build());
    await driver?.pipeInput('names', { key: 'a', value: 'first', timestamp: 3 });
    await driver?.pipeInput('names', { key: 'a', value: 'second', timestamp: 7 });
    await pipe(['a', 2], ['a', 3], ['a', 6], ['a', 7]);
    assert.deepEqual(
      output().map(entry => (entry as readonly unknown[])[1]),
      ['undefined', 'first', 'first', 'second'],
    );
  });

  it('moves its records to the partition of the new key before a grouping, and not with processValues', () => {
    const moving = new StreamsBuilder();
    moving
      .stream<string, number>('in')
      .process<string, number>(() => () => {})
      .groupByKey({ name: 'moved' })
      .count({ as: 'counts' });
    assert.match(moving.build().describe(), /moved-repartition/);
    const staying = new StreamsBuilder();
    staying
      .stream<string, number>('in')
      .processValues<number>(() => () => {})
      .groupByKey({ name: 'moved' })
      .count({ as: 'counts' });
    assert.doesNotMatch(staying.build().describe(), /repartition/);
  });

  it('forwards to all children in the order of their declaration, or to one by its name', async () => {
    const builder = new StreamsBuilder();
    const routed = builder.stream<string, string>('in').process<string | null, string | null>(context => record => {
      context.forward(record, record.value?.startsWith('a') ? 'first' : undefined);
    });
    routed.mapValues(value => `1 ${value}`, { name: 'first' }).to('out');
    routed.mapValues(value => `2 ${value}`, { name: 'second' }).to('out');
    await start(builder.build());
    await pipe(['k', 'all'], ['k', 'both']);
    assert.deepEqual(output(), [
      ['k', '1 all'],
      ['k', '1 both'],
      ['k', '2 both'],
    ]);
  });

  it('knows the time, the task and the place of its record', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process<string | null, unknown>(context => record => {
        const { taskId, partition } = context;
        const times = [context.currentStreamTimeMs(), context.currentSystemTimeMs()];
        context.forward({ ...record, value: { taskId, partition, times, ...context.recordMetadata() } });
      })
      .to('out');
    await start(builder.build(), { startTime: 70 });
    await driver?.pipeInput('in', { key: 'a', value: 1, timestamp: 9 });
    await driver?.pipeInput('in', { key: 'a', value: 1, timestamp: 3 });
    const place = { taskId: '0_0', partition: 0, times: [9, 70], topic: 'in' };
    assert.deepEqual(output(), [
      ['a', { ...place, offset: 0 }],
      ['a', { ...place, offset: 1 }],
    ]);
  });

  it('keeps its stream time over a crash', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .processValues<number>(context => record => context.forward(record.withValue(context.currentStreamTimeMs())))
      .to('out');
    await start(builder.build());
    await driver?.pipeInput('in', { key: 'a', value: 1, timestamp: 9 });
    await driver?.crash();
    await driver?.pipeInput('in', { key: 'a', value: 1, timestamp: 3 });
    assert.deepEqual(output(), [
      ['a', 9],
      ['a', 9],
    ]);
  });

  it('adds a header that later nodes see, as in Java', async () => {
    const builder = new StreamsBuilder();
    const source = builder.stream<string, string>('in');
    source.to('before');
    source
      .process(context => record => {
        record.headers.push({ key: 'seen', value: Buffer.from('yes') });
        context.forward(record.withHeaders([...record.headers, { key: 'copied', value: null }]));
      })
      .to('out');
    source.to('after');
    await start(builder.build());
    await pipe(['a', 'x']);
    const headersOf = (topic: string) => driver?.readOutput(topic).map(({ headers }) => headers?.map(({ key }) => key));
    assert.deepEqual(headersOf('before'), [[]]);
    assert.deepEqual(headersOf('out'), [['seen', 'copied']]);
    assert.deepEqual(headersOf('after'), [['seen']]);
  });
});
