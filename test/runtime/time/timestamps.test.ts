import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Consumed, resumeOnError, Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';

const HOUR_MS = 3_600_000;
const NOW = 1_700_000_000_000;
/** The last time that a Date has. */
const LAST = 8_640_000_000_000_000;
const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

describe('timestamps', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  /** Counts by window; a window of each length overlaps the next. */
  const start = async (
    options: TopologyTestDriverOptions = {},
    consumed: Consumed<string, string> = {},
  ): Promise<void> => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { ...serdes, name: 'source', ...consumed })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: '10s', advanceBy: '5s', grace: '1s' }))
      .count({ as: 'counts' });
    driver = await TopologyTestDriver.create(builder.build(), {
      startTime: NOW,
      deadLetterTopic: 'dead',
      processingExceptionHandler: resumeOnError,
      ...options,
    });
  };
  const send = (timestamp: number, value = 'v', key = 'k'): void =>
    driver.produce('in', { key, value, timestamp }, serdes);
  const starts = async (): Promise<unknown[]> =>
    (await driver.storeEntries('counts')).map(({ windowStart, value }) => [windowStart, value]);
  const header = (name: string): (string | undefined)[] =>
    dead().map(({ headers }) => headers.find(({ key }) => key === `__streams.errors.${name}`)?.value?.toString());
  const dead = (): ReturnType<TopologyTestDriver['readRecords']> => {
    letters ??= driver.readRecords('dead');
    return letters;
  };
  let letters: ReturnType<TopologyTestDriver['readRecords']> | undefined;

  beforeEach(() => {
    letters = undefined;
  });

  const given: readonly unknown[] = [
    'abc',
    '5',
    undefined,
    null,
    {},
    5n,
    Number.NaN,
    1.5,
    -1.5,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    9e18,
    2 ** 53,
    LAST + 1,
  ];

  it('that an extractor gives and that are no whole milliseconds are errors, with the reason, and touch no clock', async () => {
    await start({}, { timestampExtractor: (_record, value) => given[Number(value)] as number });
    for (let n = 0; n < given.length; n++) send(NOW, String(n));
    await driver.run();
    assert.deepEqual(await starts(), []);
    const { rejected, late, dropped } = driver.counts[0] ?? {};
    assert.deepEqual([rejected, late, dropped], [given.length, 0, 0]);
    assert.deepEqual(
      dead().map(({ value, timestamp }) => [value?.toString(), timestamp]),
      given.map((_, n) => [String(n), NOW]),
    );
    assert.deepEqual(header('message').slice(0, 4), [
      'timestamp "abc" is no whole number of milliseconds from 0 to 8640000000000000',
      'timestamp "5" is no whole number of milliseconds from 0 to 8640000000000000',
      'timestamp undefined is no whole number of milliseconds from 0 to 8640000000000000',
      'timestamp null is no whole number of milliseconds from 0 to 8640000000000000',
    ]);
    assert.ok(header('node').every(node => node === 'source'));
  });

  it('that an extractor gives and that are negative are skipped, counted, as in Java', async () => {
    await start({}, { timestampExtractor: (_record, value) => Number(value) });
    send(NOW, '-1');
    send(NOW, '0');
    await driver.run();
    assert.deepEqual(await starts(), [[0, 1]]);
    assert.deepEqual([driver.counts[0]?.rejected, driver.counts[0]?.dropped, dead().length], [0, 1, 0]);
  });

  it('of records that are out of all bounds are errors: windows of no end are not gone through', async () => {
    await start();
    for (const timestamp of [9e18, 2 ** 53, LAST + 1]) send(timestamp);
    send(NOW);
    await driver.run();
    assert.deepEqual(await starts(), [
      [NOW - 5000, 1],
      [NOW, 1],
    ]);
    assert.equal(driver.counts[0]?.rejected, 3);
    // A broker refuses a record that is too far ahead, a dead letter as well.
    assert.deepEqual(
      dead().map(({ timestamp }) => timestamp),
      [NOW, NOW, NOW],
    );
    assert.deepEqual(header('timestamp'), ['9000000000000000000', String(2 ** 53), String(LAST + 1)]);
  });

  it('up to the last that a Date has are processed, and are not the end of all time', async () => {
    await start({ idleTimeout: HOUR_MS });
    send(LAST);
    await driver.run();
    assert.deepEqual(await starts(), [
      [LAST - 5000, 1],
      [LAST, 1],
    ]);
    send(LAST - 1);
    await driver.run();
    assert.deepEqual(await starts(), [
      [LAST - 10_000, 1],
      [LAST - 5000, 2],
      [LAST, 1],
    ]);
    await driver.crash();
    assert.equal((await starts()).length, 3);
    await driver.endInput();
  });

  it('are believed however far ahead of the wall clock they are, by default, as in Java', async () => {
    await start();
    send(NOW + 100 * HOUR_MS);
    send(NOW);
    await driver.run();
    assert.deepEqual([driver.counts[0]?.late, driver.counts[0]?.rejected], [1, 0]);
  });

  it('further ahead of the wall clock than maxTimestampAhead are errors, and make no other record late', async () => {
    await start({ maxTimestampAhead: '1h' });
    send(NOW + 100 * HOUR_MS);
    send(NOW + HOUR_MS + 1);
    send(NOW);
    await driver.run();
    assert.deepEqual([driver.counts[0]?.late, driver.counts[0]?.rejected], [0, 2]);
    assert.deepEqual(await starts(), [
      [NOW - 5000, 1],
      [NOW, 1],
    ]);
    assert.deepEqual(header('message'), [
      'timestamp 1700360000000 (2023-11-19T02:13:20.000Z) is 360000000 ms ahead of the wall clock, more than the 3600000 ms of maxTimestampAhead',
      'timestamp 1700003600001 (2023-11-14T23:13:20.001Z) is 3600001 ms ahead of the wall clock, more than the 3600000 ms of maxTimestampAhead',
    ]);
    send(NOW + HOUR_MS);
    await driver.run();
    driver.moveWallClock(1);
    send(NOW + HOUR_MS + 1);
    await driver.run();
    assert.equal(driver.counts[0]?.rejected, 2);
  });

  it('that are not believed do not keep their partition waiting for others', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, string>(['a', 'b'], serdes).to('out', serdes);
    driver = await TopologyTestDriver.create(builder.build(), {
      startTime: NOW,
      deadLetterTopic: 'dead',
      maxTimestampAhead: '1h',
      processingExceptionHandler: resumeOnError,
    });
    driver.produce('a', { key: 'k', value: 'a0', timestamp: NOW + 2 * HOUR_MS }, serdes);
    driver.produce('a', { key: 'k', value: 'a1', timestamp: NOW + 1 }, serdes);
    for (const n of [0, 2, 3]) driver.produce('b', { key: 'k', value: `b${n}`, timestamp: NOW + n }, serdes);
    await driver.run();
    const values = driver.readRecords('out').map(({ value }) => value?.toString());
    assert.deepEqual(values, ['b0', 'a1', 'b2', 'b3']);
  });
});
