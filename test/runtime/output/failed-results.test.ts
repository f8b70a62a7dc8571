import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { auditTotals } from '../../../monitor/audit-totals.js';
import type { AuditTotals } from '../../../monitor/snapshot.js';
import { AuditTable } from '../../../streams/audit/audit-table.js';
import {
  type ConsumerRecord,
  type ErrorContext,
  type ErrorHandler,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const text = { keySerde: Serdes.string(), valueSerde: Serdes.string() };
const WINDOWS = TimeWindows.of({ size: '10s', grace: '0s' });

function refuse(what: string): never {
  throw new RangeError(what);
}

describe('what fails', () => {
  let driver: TopologyTestDriver;
  const seen: ErrorContext[] = [];

  afterEach(async () => {
    await driver.close();
    seen.length = 0;
  });

  const start = async (topology: Topology, partitions = 1): Promise<void> => {
    const handler: ErrorHandler = (_error, context) => {
      seen.push(context);
      return 'resume';
    };
    driver = await TopologyTestDriver.create(topology, {
      partitions,
      deadLetterTopic: 'dead',
      deserializationExceptionHandler: handler,
      processingExceptionHandler: handler,
      productionExceptionHandler: handler,
    });
  };
  const pipe = async (...values: readonly string[]): Promise<void> => {
    driver.produce(
      'user',
      values.map((value, n) => ({ key: value.slice(0, 1), value, timestamp: 1000 + n })),
      text,
    );
    await driver.run();
  };
  /** By the monitor's formula. */
  const totals = (): AuditTotals => {
    const table = new AuditTable();
    for (const record of driver.readRecords('test-audit')) table.apply(record);
    return auditTotals(table.tasks.values(), []);
  };
  const failedResults = (): number => driver.counts.reduce((sum, counts) => sum + (counts.failedResults ?? 0), 0);
  const header = ({ headers }: ConsumerRecord, name: string): string | undefined =>
    headers.find(({ key }) => key === `__streams.errors.${name}`)?.value?.toString();
  const dead = (): readonly (readonly unknown[])[] =>
    driver
      .readRecords('dead')
      .map(record => [
        record.key?.toString(),
        record.value?.toString(),
        record.timestamp,
        header(record, 'message'),
        header(record, 'node'),
        header(record, 'offset'),
      ]);

  it('of a record that no sink has output is counted as rejected, once, however many nodes refuse it', async () => {
    const builder = new StreamsBuilder();
    const users = builder.stream<string, string>('user', { ...text, dropNullValues: true });
    const clean = (value: string): string => (value.startsWith('bad') ? refuse('bad') : value);
    users.mapValues(clean).to('user-cleaned', text);
    users.mapValues(clean).groupByKey().count({ as: 'counts' });
    await start(builder.build());
    await pipe('a', 'bad', 'c', 'bad');
    assert.equal(seen.length, 4);
    const { cleaned, rejected, unaccounted } = totals();
    assert.deepEqual([cleaned, rejected, unaccounted, failedResults()], [2, 2, 0, 0]);
  });

  for (const sinkFirst of [true, false]) {
    it(`of a record that a sink outputs ${sinkFirst ? 'before' : 'after'} is counted by itself`, async () => {
      const builder = new StreamsBuilder();
      const users = builder.stream<string, string>('user', text);
      if (sinkFirst) users.to('user-cleaned', text);
      users
        .mapValues(value => (value === 'bad' ? refuse('bad') : value))
        .groupByKey()
        .count({ as: 'counts' });
      if (!sinkFirst) users.to('user-cleaned', text);
      await start(builder.build());
      await pipe('a', 'bad', 'c');
      const { cleaned, rejected, unaccounted } = totals();
      assert.deepEqual([cleaned, rejected, unaccounted, failedResults()], [3, 0, 0, 1]);
      await driver.crash();
      assert.equal(failedResults(), 1);
    });
  }

  it('after a repartition topic is counted by itself: the sinks of the task before may have output it', async () => {
    const builder = new StreamsBuilder();
    const users = builder.stream<string, string>('user', text);
    users.to('user-cleaned', text);
    users
      .groupBy((_key, value) => `${value}-group`, text)
      .reduce((_before, value) => (value.startsWith('bad') ? refuse('bad') : value), { as: 'latest', caching: false });
    await start(builder.build(), 4);
    await pipe(...['a', 'b', 'c', 'd', 'e', 'f', 'a', 'b', 'bad', 'bad', 'bad']);
    const { cleaned, rejected, unaccounted } = totals();
    assert.deepEqual([cleaned, rejected, unaccounted, failedResults()], [11, 0, 0, 2]);
  });

  it('in a commit is counted by itself, and the dead letter has what the node was given, and its name', async () => {
    const builder = new StreamsBuilder();
    const users = builder.stream<string, string>('user', text);
    users.to('user-cleaned', text);
    users
      .groupByKey()
      .windowedBy(WINDOWS)
      .count({ as: 'counts' })
      .toStream()
      .map(({ key }, count) => ({ key, value: count === 2 ? refuse('two') : count }), { name: 'no-two' })
      .to('out', { keySerde: Serdes.string(), valueSerde: Serdes.json<number | null>() });
    await start(builder.build());
    await pipe('a', 'a', 'b', 'c', 'c');
    assert.deepEqual(
      seen.map(({ record, input }) => [record, input?.key, input?.value, input?.timestamp]),
      [
        [null, { key: 'a', window: { start: 0, end: 10_000 } }, 2, 1001],
        [null, { key: 'c', window: { start: 0, end: 10_000 } }, 2, 1004],
      ],
    );
    assert.deepEqual(dead(), [
      ['{"key":"a","window":{"start":0,"end":10000}}', '2', 1001, 'two', 'no-two', undefined],
      ['{"key":"c","window":{"start":0,"end":10000}}', '2', 1004, 'two', 'no-two', undefined],
    ]);
    const { cleaned, rejected, unaccounted } = totals();
    assert.deepEqual([cleaned, rejected, unaccounted, failedResults()], [5, 0, 0, 2]);
  });

  it('in a commit leaves the bytes that its topic would have got, where they can be made', async () => {
    const half = 'x'.repeat(600_000);
    const builder = new StreamsBuilder();
    const users = builder.stream<string, string>('user', text);
    users
      .groupByKey()
      .reduce((_before, value) => value, { as: 'latest', ...text })
      .toStream()
      .mapValues(value => (value === 'large' ? half + half : value === 'odd' ? (5 as never) : value))
      .to('user-cleaned', { ...text, name: 'sink' });
    await start(builder.build());
    await pipe('a', 'large', 'odd');
    const letters = driver.readRecords('dead');
    assert.deepEqual(
      letters.map(record => [record.key?.toString(), header(record, 'node'), header(record, 'cut')]),
      [
        ['l', 'sink', 'key 1 bytes, value 1200000 bytes'],
        ['o', 'sink', undefined],
      ],
    );
    assert.match(letters[0]?.value?.toString() ?? '', /^x{1000000}/);
    assert.equal(letters[1]?.value?.toString(), '5');
  });

  it('in a commit leaves the partial aggregate that a row could not take, as the row would have been', async () => {
    const builder = new StreamsBuilder();
    const users = builder.stream<string, string>('user', text);
    users.to('user-cleaned', text);
    users.groupBy(() => 'all', text).reduce((left, right) => left + right, { as: 'all', associative: true, ...text });
    await start(builder.build());
    await pipe(`a${'x'.repeat(600_000)}`);
    await pipe(`b${'x'.repeat(600_000)}`, 'c');
    const [row] = await driver.storeEntries('all');
    assert.equal(String(row?.value).length, 600_001);
    const [letter] = driver.readRecords('dead');
    assert.deepEqual([letter?.key?.toString(), letter?.value?.length, letter?.timestamp], ['all', 600_002, 1001]);
    assert.deepEqual([totals().unaccounted, failedResults()], [0, 1]);
  });

  it('in a commit of a suppressed table, too', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('user', text)
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: '10s', grace: '0s', closeOnIdle: true }))
      .count({ as: 'counts' })
      .suppress(Suppressed.untilWindowCloses(), { name: 'final' })
      .toStream(({ key }) => key)
      .mapValues(() => refuse('nothing passes'), { name: 'wall' })
      .to('out');
    await start(builder.build());
    await pipe('a');
    await driver.endInput();
    assert.deepEqual(dead(), [['a', '1', 1000, 'nothing passes', 'wall', undefined]]);
  });
});
