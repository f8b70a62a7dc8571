import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type CogroupedKStream,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  type TimeWindowedKStream,
  TimeWindows,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const SIZE_MS = 1000;
const GRACE_MS = 500;

/** `count`: combined in memory first; `sum`: not. */
const operations: Record<string, (windowed: TimeWindowedKStream<string, number>) => unknown> = {
  count: windowed => windowed.count({ as: 'store' }),
  sum: windowed => windowed.reduce((sum, value) => sum + value, { as: 'store' }),
  distinct: windowed => windowed.distinct({ as: 'store' }),
  countDistinct: windowed =>
    windowed.countDistinct((_key, value) => value % 2, { as: 'store', distinctSerde: Serdes.long() }),
};

for (const [name, operation] of Object.entries(operations)) {
  describe(`late records of ${name}`, () => {
    const run = async (lateTopic: string | undefined): Promise<TopologyTestDriver> => {
      const builder = new StreamsBuilder();
      const windowed = builder
        .stream<string, number>('in', { dropNullValues: true })
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: GRACE_MS }));
      operation(lateTopic === undefined ? windowed : windowed.lateTo(lateTopic));
      const driver = await TopologyTestDriver.create(builder.build());
      for (const [value, timestamp] of [
        [1, 100],
        [2, 1400],
        [3, 200],
        [4, 1500],
        [5, 300],
      ] as const) {
        await driver.pipeInput('in', { key: 'k', value, timestamp });
      }
      return driver;
    };

    it('go to their topic as they came, with the window that had closed, and are counted', async () => {
      const driver = await run('late');
      const late = driver.readRecords('late');
      assert.deepEqual(
        late.map(({ key, value, timestamp }) => [String(key), String(value), timestamp]),
        [['k', '5', 300]],
      );
      assert.deepEqual(
        late[0]?.headers.map(({ key, value }) => [key, String(value)]),
        [
          ['__streams.late.window.start', '0'],
          ['__streams.late.window.end', '1000'],
        ],
      );
      assert.equal(driver.counts[0]?.late, 1);
      await driver.close();
    });

    it('are counted only where no topic is named', async () => {
      const driver = await run(undefined);
      assert.equal(driver.counts[0]?.late, 1);
      await driver.close();
    });
  });
}

describe('late records of a cogroup', () => {
  const windowings = {
    windows: TimeWindows.of({ size: SIZE_MS, grace: GRACE_MS }),
    'sliding windows': SlidingWindows.of({ timeDifference: SIZE_MS, grace: GRACE_MS }),
  };

  /** The late records of both groups, which have serdes of their own. */
  async function lateOf(declare: (groups: CogroupedKStream<string, number>) => unknown): Promise<unknown[]> {
    const builder = new StreamsBuilder();
    const numbers = builder.stream<string, number>('numbers', { dropNullValues: true }).groupByKey();
    const texts = builder
      .stream<string, string>('texts', { valueSerde: Serdes.string(), dropNullValues: true })
      .groupByKey();
    const add = (_key: string, _value: unknown, count: number): number => count + 1;
    declare(numbers.cogroup<number>(add).cogroup(texts, add));
    const driver = await TopologyTestDriver.create(builder.build());
    try {
      for (const timestamp of [100, 9000, 200]) {
        await driver.pipeInput('numbers', { key: 'k', value: 7, timestamp });
        await driver.pipeInput('texts', { key: 'k', value: 'text', timestamp }, { valueSerde: Serdes.string() });
      }
      assert.equal(driver.counts[0]?.late, 2);
      return driver.readRecords('late').map(({ value, timestamp }) => [String(value), timestamp]);
    } finally {
      await driver.close();
    }
  }

  for (const [name, windows] of Object.entries(windowings)) {
    it(`go to their topic as they came: ${name}`, async () => {
      const late = await lateOf(groups =>
        groups
          .windowedBy(windows)
          .lateTo('late')
          .aggregate(() => 0, { as: 'store' }),
      );
      assert.deepEqual(late, [
        ['7', 200],
        ['text', 200],
      ]);
    });
  }

  it('go to their topic as they came: sessions', async () => {
    const late = await lateOf(groups =>
      groups
        .windowedBy(SessionWindows.of({ gap: SIZE_MS, grace: GRACE_MS }))
        .lateTo('late')
        .aggregate(
          () => 0,
          (_key, left, right) => left + right,
          { as: 'store' },
        ),
    );
    assert.deepEqual(late, [
      ['7', 200],
      ['text', 200],
    ]);
  });
});
