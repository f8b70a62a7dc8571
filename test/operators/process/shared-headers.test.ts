import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { JoinWindows, type KStream, type ProcessorSupplier, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const BYTES = Buffer.from('x');

describe('headers', () => {
  it('that a processor gives to forward are not changed by the next processor', async () => {
    const own = [{ key: 'origin', value: BYTES }];
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .process<string, string>(
        context =>
          ({ timestamp }) =>
            context.forward({ key: 'k', value: 'v', timestamp, headers: own }),
      )
      .process<string, string>(context => record => {
        record.headers.push({ key: 'added', value: BYTES });
        context.forward(record);
      })
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    for (let n = 0; n < 2; n++) await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
    const lengths = driver.readRecords('out').map(({ headers }) => headers.length);
    await driver.close();
    assert.deepEqual([own.length, ...lengths], [1, 2, 2]);
  });

  it('that are pushed after a forward are not on the record that was forwarded before', async () => {
    const builder = new StreamsBuilder();
    const first = builder
      .stream<string, string>('in', { dropNullValues: true })
      .processValues<string>(context => record => {
        context.forward(record);
        record.headers.push({ key: 'late', value: BYTES });
      });
    first.processValues<string>(() => async () => void (await immediate()));
    first.to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0 });
    const [record] = driver.readRecords('out');
    await driver.close();
    assert.deepEqual(record?.headers, []);
  });

  for (const [name, headers] of [
    ['without headers', []],
    ['with a header', [{ key: 'own', value: BYTES }]],
  ] as const) {
    it(`that are pushed to a record ${name} behind a repartition show to a sibling`, async () => {
      const builder = new StreamsBuilder();
      const moved = builder
        .stream<string, string>('in', { dropNullValues: true })
        .selectKey((_key, value) => value)
        .repartition({ name: 'moved' });
      moved.process<string, string>(() => record => void record.headers.push({ key: 'added', value: BYTES }));
      moved.to('out');
      const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2 });
      // 'key-0' is of partition 1, 'key-2' of partition 0.
      await driver.pipeInput('in', { key: 'key-0', value: 'key-2', timestamp: 0, headers });
      const [record] = driver.readRecords('out');
      await driver.close();
      assert.deepEqual(
        record?.headers.map(({ key }) => key),
        [...headers.map(({ key }) => key), 'added'],
      );
    });
  }

  const added: ProcessorSupplier<string | null, string, string | null, string> = context => record => {
    record.headers.push({ key: 'added', value: BYTES });
    context.forward(record);
  };

  const OPERATORS: Readonly<Record<string, (stream: KStream<string, string>) => KStream<string, string>>> = {
    filter: stream => stream.filter(() => true),
    peek: stream => stream.peek(() => {}),
    map: stream => stream.map((key, value) => ({ key, value })),
    flatMapValues: stream => stream.flatMapValues(value => [value, value]),
    processValues: stream =>
      stream.processValues<string>(context => record => {
        context.forward(record);
        context.forward(record);
      }),
  };
  for (const [name, operator] of Object.entries(OPERATORS)) {
    it(`that are pushed behind ${name} are on this result only`, async () => {
      const builder = new StreamsBuilder();
      const stream = builder.stream<string, string>('in', { dropNullKeys: true, dropNullValues: true });
      const results = operator(stream);
      results.process(added).to('out');
      results.to('results');
      stream.to('copy');
      const driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 0, headers: [{ key: 'own', value: BYTES }] });
      const namesOf = (topic: string): unknown[] =>
        driver.readRecords(topic).map(({ headers }) => headers.map(({ key }) => key).join());
      const [out, shown, copies] = ['out', 'results', 'copy'].map(namesOf);
      await driver.close();
      assert.deepEqual(new Set(out), new Set(['own,added']));
      assert.deepEqual(shown, out);
      assert.deepEqual(copies, ['own']);
    });
  }

  it('of one record that releases several unmatched ones are copied for each', async () => {
    const builder = new StreamsBuilder();
    const options = { dropNullKeys: true, dropNullValues: true };
    const [left, right] = ['left', 'right'].map(topic => builder.stream<string, string>(topic, options));
    assert.ok(left !== undefined && right !== undefined);
    left
      .leftJoin(right, value => value, JoinWindows.of({ before: 5, after: 5, grace: 0 }), { as: 'pairs' })
      .process(added)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    for (const [key, timestamp] of [
      ['a', 1],
      ['b', 2],
      ['c', 100],
    ] as const) {
      await driver.pipeInput('left', { key, value: 'v', timestamp });
    }
    const lengths = driver.readRecords('out').map(({ headers }) => headers.length);
    await driver.close();
    assert.deepEqual(lengths, [1, 1]);
  });
});
