import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type KStream,
  type Repartitioned,
  resumeOnError,
  StreamsBuilder,
  TimeWindows,
} from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';
import { CRASH_POINTS } from '../../../streams/testing/simulated-process.js';

const PARTITIONS = 3;

type Partitioner = NonNullable<Repartitioned<string, number>['partitioner']>;

/** By the first letter of the key, wherever its hash is. */
const byLetter: Partitioner = (_topic, key, _value, numPartitions) => (key.codePointAt(0) ?? 0) % numPartitions;

describe('a repartition with a partitioner', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close().catch(() => {}));

  async function start(
    partitioner: Partitioner,
    declare: (moved: KStream<string, number>) => void,
    options: TopologyTestDriverOptions = {},
  ): Promise<void> {
    const builder = new StreamsBuilder();
    const moved = builder
      .stream<string, number>('in', { dropNullKeys: true, dropNullValues: true })
      .repartition({ name: 'moved', partitioner });
    declare(moved);
    driver = await TopologyTestDriver.create(builder.build(), { partitions: PARTITIONS, ...options });
  }

  function produce(keys: string, from = 0, timestamp = 0): void {
    for (const [index, key] of [...keys].entries()) driver.produce('in', { key, value: from + index, timestamp });
  }

  const rows = (topic = 'out'): string[] =>
    driver.readRecords(topic).map(({ key, value }) => `${key?.toString()} ${value?.toString()}`);

  for (const cacheMaxBytes of [0, 1_000_000]) {
    it(`aggregates each key where it has moved it, with a cache of ${cacheMaxBytes} bytes`, async () => {
      const called: number[] = [];
      const partitioner: Partitioner = (topic, key, value, numPartitions, headers) => {
        if (topic === 'test-moved-repartition') called.push(value);
        return byLetter(topic, key, value, numPartitions, headers);
      };
      const declare = (moved: KStream<string, number>): void => {
        moved.to('moved-to', { partitioner });
        moved.groupByKey().count({ as: 'counts' }).toStream().to('out');
      };
      await start(partitioner, declare, { cacheMaxBytes });
      produce('abcabcdabc');
      await driver.run();
      assert.deepEqual(called.sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'it gets each record, and no partial aggregate');
      assert.deepEqual(
        (await driver.storeEntries('counts')).map(({ key, value }) => [key, value]),
        [
          ['a', 3],
          ['b', 3],
          ['c', 3],
          ['d', 1],
        ],
      );
    });
  }

  it('leaves records in their task only if it chooses the partition of that task', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in', { dropNullKeys: true, dropNullValues: true })
      .repartition({ name: 'moved', partitioner: () => 2 })
      .to('out', { partitioner: () => 0 });
    driver = await TopologyTestDriver.create(builder.build(), { partitions: PARTITIONS });
    for (const key of 'abcdef') await driver.pipeInput('in', { key, value: 1 });
    assert.deepEqual(
      driver.counts.map(({ out }) => out.out ?? 0),
      [0, 0, 6],
    );
  });

  it('drops a record for which it names no partition, and counts it as dropped', async () => {
    await start(
      (_topic, key) => (key === 'b' ? [] : undefined),
      moved => moved.to('out'),
    );
    produce('aba');
    await driver.run();
    assert.deepEqual(rows(), ['a 0', 'a 2']);
    assert.equal(
      driver.counts.reduce((sum, { dropped }) => sum + dropped, 0),
      1,
    );
  });

  it('moves a record once to each of several partitions', async () => {
    await start(
      () => [0, 1, 2, 0],
      moved => moved.groupByKey().count({ as: 'counts' }),
    );
    produce('aa');
    await driver.run();
    assert.deepEqual(
      (await driver.storeEntries('counts')).map(({ key, value }) => [key, value]),
      Array(3).fill(['a', 2]),
    );
  });

  it('fails the production of a record whose partition does not exist', async () => {
    await start(
      (_topic, key) => (key === 'b' ? PARTITIONS : 0),
      moved => moved.to('out'),
      { productionExceptionHandler: resumeOnError },
    );
    produce('aba');
    await driver.run();
    assert.deepEqual(rows(), ['a 0', 'a 2']);
    assert.equal(
      driver.counts.reduce((sum, { rejected }) => sum + rejected, 0),
      1,
    );
  });

  it('sends the time of its task to all partitions, so windows close in those that get no record', async () => {
    const declare = (moved: KStream<string, number>): void => {
      moved
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: 10, grace: 0, closeOnIdle: true }))
        .emitStrategy('onWindowClose')
        .count({ as: 'counts' })
        .toStream(({ key, window }) => `${key}@${window.start}`)
        .to('out');
    };
    await start((_topic, key) => (key === 'a' ? 0 : 1), declare);
    produce('a', 0, 5);
    await driver.run();
    assert.deepEqual(rows(), []);
    // Each source partition passes the window; all of these records go to partition 1.
    produce('bcdefghijk', 0, 50);
    await driver.run();
    assert.deepEqual(
      rows().filter(row => row.startsWith('a@')),
      ['a@0 1'],
    );
  });

  for (const point of CRASH_POINTS) {
    it(`counts each record once through a crash: ${point}`, async () => {
      const partitioner: Partitioner = (topic, key, value, ...rest) =>
        value % 5 === 0 ? [] : byLetter(topic, key, value, ...rest);
      const declare = (moved: KStream<string, number>): void => {
        moved.groupByKey().count({ as: 'counts' });
      };
      await start(partitioner, declare, { autoCommit: false });
      produce('abcdefghij', 0);
      await driver.run();
      await driver.commit();
      produce('abcdefghij', 10);
      await driver.run();
      driver.crashAt(point);
      await driver.commit();
      produce('abcdefghij', 20);
      await driver.run();
      for (let n = 0; n < 2; n++) {
        await driver.commit();
        await driver.run();
      }
      assert.deepEqual(
        (await driver.storeEntries('counts')).map(({ key, value }) => [key, value]),
        [...'bcdeghij'].map(key => [key, 3]),
      );
    });
  }
});
