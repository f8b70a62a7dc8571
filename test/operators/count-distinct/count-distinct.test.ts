import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';
import { CRASH_POINTS } from '../../../streams/testing/simulated-process.js';

const PARTITIONS = 3;

/** Counts the pages of each country. Its records come keyed by the id of the visitor. */
function pagesOf(lateTopic: string | undefined): Topology {
  const builder = new StreamsBuilder();
  const hours = builder
    .stream<string, string | null>('in', { valueSerde: Serdes.string() })
    .groupBy((_visitor, page) => page?.split('/')[0] ?? 'none', { valueSerde: Serdes.string() })
    .windowedBy(TimeWindows.of({ size: 100, grace: 0 }));
  const windowed = lateTopic === undefined ? hours : hours.lateTo(lateTopic);
  windowed
    .countDistinct((_country, page) => page ?? 'nothing', { as: 'pages' })
    .toStream(({ key, window }) => `${key}@${window.start}`)
    .to('out');
  return builder.build();
}

/** In all partitions. */
const PAGES = Array.from({ length: 9 }, (_, n) => `fr/${n}`);
const VISITORS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** One for each visitor, so in all partitions: the values move from each task to each other one. */
function visits(driver: TopologyTestDriver, timestamp: number, pages: readonly (string | null)[]): void {
  for (const key of VISITORS) {
    for (const value of pages) {
      driver.produce(
        'in',
        { key, value, timestamp, headers: [{ key: 'visitor', value: Buffer.from(key) }] },
        { valueSerde: Serdes.string() },
      );
    }
  }
}

/** The last count of each group and window. */
function lastCounts(driver: TopologyTestDriver): Record<string, unknown> {
  return Object.fromEntries(driver.readOutput('out').map(({ key, value }) => [key, value]));
}

describe('countDistinct', () => {
  it('drops records with a null key, counted, and does not ask what is distinct of them', async () => {
    const asked: unknown[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { valueSerde: Serdes.string() })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 100, grace: 0 }))
      .countDistinct(
        (key, value) => {
          asked.push([key, value]);
          return value;
        },
        { as: 'values' },
      );
    const driver = await TopologyTestDriver.create(builder.build());
    try {
      for (const [key, value] of [
        ['k', 'a'],
        [null, 'b'],
        ['k', 'c'],
      ] as const) {
        await driver.pipeInput('in', { key, value, timestamp: 0 }, { valueSerde: Serdes.string() });
      }
      assert.deepEqual(asked, [
        ['k', 'a'],
        ['k', 'c'],
      ]);
      assert.deepEqual(
        (await driver.storeEntries('values')).map(({ key, value }) => [key, value]),
        [['k', 2]],
      );
      assert.equal(driver.counts[0]?.dropped, 1);
    } finally {
      await driver.close();
    }
  });

  it('sends late records of several tasks to their topic as they came, with values of null', async () => {
    const driver = await TopologyTestDriver.create(pagesOf('late'), { partitions: PARTITIONS });
    try {
      visits(driver, 50, ['fr/1', 'fr/2', null]);
      visits(driver, 150, PAGES);
      await driver.run();
      visits(driver, 60, ['fr/3', null]);
      await driver.run();
      assert.deepEqual(lastCounts(driver), { 'fr@0': 2, 'fr@100': PAGES.length, 'none@0': 1 });
      const late = driver.readRecords('late').map(({ key, value, timestamp, headers }) => {
        const [visitor, ...window] = headers.map(header => String(header.value));
        return [visitor, String(key), value === null ? null : String(value), timestamp, window];
      });
      const expected = VISITORS.flatMap(visitor => [
        [visitor, 'fr', 'fr/3', 60, ['0', '100']],
        [visitor, 'none', null, 60, ['0', '100']],
      ]);
      assert.deepEqual(late.sort(), expected.sort());
      assert.equal(
        driver.counts.reduce((sum, counts) => sum + counts.late, 0),
        late.length,
      );
    } finally {
      await driver.close();
    }
  });

  it('sends a late record without a value with a null value, whatever its serde makes of it', async () => {
    const builder = new StreamsBuilder();
    const valueSerde = { serialize: () => Buffer.from('?'), deserialize: () => undefined };
    builder
      .stream<string, undefined>('in', { valueSerde, dropNullKeys: true })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 100, grace: 0 }))
      .lateTo('late')
      .countDistinct(() => 'one', { as: 'values' });
    const driver = await TopologyTestDriver.create(builder.build());
    try {
      for (const timestamp of [250, 50]) await driver.pipeInput('in', { key: 'k', value: 'v', timestamp });
      assert.deepEqual(
        driver.readRecords('late').map(({ key, value, timestamp }) => [String(key), value, timestamp]),
        [['k', null, 50]],
      );
    } finally {
      await driver.close();
    }
  });

  for (const point of CRASH_POINTS) {
    it(`sends each late record once, and counts it once, through a crash: ${point}`, async () => {
      const driver = await TopologyTestDriver.create(pagesOf('late'), { partitions: PARTITIONS, autoCommit: false });
      try {
        visits(driver, 150, PAGES);
        await driver.run();
        for (let n = 0; n < 2; n++) await driver.commit();
        visits(driver, 60, ['fr/3', 'de/3']);
        await driver.run();
        driver.crashAt(point);
        for (let n = 0; n < 3; n++) {
          await driver.commit();
          await driver.run();
        }
        await driver.commit();
        const late = driver.readRecords('late').map(({ value, headers }) => `${headers[0]?.value} ${value}`);
        assert.deepEqual(late.sort(), VISITORS.flatMap(visitor => [`${visitor} de/3`, `${visitor} fr/3`]).sort());
        assert.equal(
          driver.counts.reduce((sum, counts) => sum + counts.late, 0),
          late.length,
        );
      } finally {
        await driver.close();
      }
    });
  }
});
