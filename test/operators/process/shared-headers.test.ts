import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../../streams/index.js';
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
});
