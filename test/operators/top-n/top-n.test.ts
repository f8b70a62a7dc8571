import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type KGroupedStream,
  resumeOnError,
  type Scored,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  StreamsError,
  type StreamsOptions,
  TimeWindows,
  type Topology,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';
import { TestApplication } from '../../runtime/test-application.js';

interface Reading {
  readonly id: string;
  readonly score: number;
}

const score = (_key: string, reading: Reading): number => reading.score;
/** Does not fit its type. */
const later = (): never => Promise.resolve(1) as never;
const ids = (top: readonly Scored<Reading>[]): string => top.map(({ value, score }) => `${value.id}:${score}`).join();

function topologyOf(declare: (grouped: KGroupedStream<string, Reading>) => unknown): Topology {
  const builder = new StreamsBuilder();
  declare(builder.stream<string, Reading>('in', { dropNullValues: true }).groupByKey());
  return builder.build();
}

describe('topN', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close().catch(() => {}));

  async function start(topology: Topology, options: Partial<StreamsOptions> = {}): Promise<void> {
    driver = await TopologyTestDriver.create(topology, options);
  }

  async function pipe(...readings: readonly (readonly [id: string, score: number, timestamp: number])[]) {
    for (const [id, score, timestamp] of readings)
      await driver.pipeInput('in', { key: 'k', value: { id, score }, timestamp });
  }

  const rows = async (): Promise<string[]> =>
    (await driver.storeEntries('top')).map(({ windowStart, windowEnd, value }) => {
      const list = ids(value as readonly Scored<Reading>[]);
      return windowStart === undefined ? list : `${windowStart}-${windowEnd ?? ''} ${list}`;
    });

  it('keeps the records with the highest scores, the highest first, with their timestamps', async () => {
    await start(topologyOf(grouped => grouped.topN(2, score, { as: 'top' })));
    await pipe(['a', 3, 10], ['b', 5, 20], ['c', 1, 30], ['d', 4, 25], ['e', -7, 40]);
    assert.deepEqual(
      (await driver.storeEntries('top')).map(({ key, value, timestamp }) => [key, value, timestamp]),
      [
        [
          'k',
          [
            { value: { id: 'b', score: 5 }, score: 5, timestamp: 20 },
            { value: { id: 'd', score: 4 }, score: 4, timestamp: 25 },
          ],
          40,
        ],
      ],
    );
  });

  for (const cacheMaxBytes of [0, 1_000_000]) {
    it(`orders equal scores by timestamp, then by arrival, with a cache of ${cacheMaxBytes} bytes`, async () => {
      await start(
        topologyOf(grouped => grouped.topN(4, score, { as: 'top' })),
        { cacheMaxBytes },
      );
      await pipe(['a', 1, 20], ['b', 1, 10], ['c', 1, 20], ['d', 2, 30], ['e', 1, 20]);
      assert.deepEqual(await rows(), ['d:2,b:1,a:1,c:1']);
      await pipe(['f', -0, 1], ['g', 0, 0], ['h', 1, 5]);
      assert.deepEqual(await rows(), ['d:2,h:1,b:1,a:1']);
    });
  }

  it('is the list of each window', async () => {
    const windows = TimeWindows.of({ size: 10, grace: 0, advanceBy: 5 });
    await start(topologyOf(grouped => grouped.windowedBy(windows).topN(2, score, { as: 'top', retention: 1000 })));
    await pipe(['a', 3, 1], ['b', 5, 6], ['c', 4, 7], ['d', 1, 12]);
    assert.deepEqual(await rows(), ['0- b:5,c:4', '5- b:5,c:4', '10- d:1']);
  });

  it('is the list of each sliding window', async () => {
    const windows = SlidingWindows.of({ timeDifference: 5, grace: 100 });
    await start(topologyOf(grouped => grouped.windowedBy(windows).topN(1, score, { as: 'top', retention: 1000 })));
    await pipe(['a', 3, 10], ['b', 5, 20], ['c', 4, 14]);
    assert.deepEqual(await rows(), ['5- a:3', '9- c:4', '11- c:4', '15- b:5']);
  });

  it('is the list of each session, also when a record makes one of two', async () => {
    const windows = SessionWindows.of({ gap: 5, grace: 100 });
    await start(topologyOf(grouped => grouped.windowedBy(windows).topN(3, score, { as: 'top', retention: 1000 })));
    await pipe(['a', 3, 18], ['b', 5, 10], ['c', 3, 11], ['d', 9, 50]);
    assert.deepEqual(await rows(), ['10-11 b:5,c:3', '18-18 a:3', '50-50 d:9']);
    await pipe(['e', 3, 14]);
    assert.deepEqual(await rows(), ['10-18 b:5,c:3,e:3', '50-50 d:9']);
  });

  it('has null values of windows as entries, if their score is a number', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, Buffer>('in', { valueSerde: Serdes.bytes() })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 10, grace: 0 }))
      .topN(2, (_key, value) => value?.length ?? 2, { as: 'top' });
    await start(builder.build());
    for (const value of ['a', null, 'bcd'])
      await driver.pipeInput('in', { key: 'k', value, timestamp: 3 }, { valueSerde: Serdes.string() });
    const [entry] = await driver.storeEntries('top');
    assert.deepEqual(entry?.value, [
      { value: Buffer.from('bcd'), score: 3, timestamp: 3 },
      { value: null, score: 2, timestamp: 3 },
    ]);
  });

  it('sends lists as JSON', async () => {
    await start(topologyOf(grouped => grouped.topN(1, score, { as: 'top' }).toStream().to('out')));
    await pipe(['a', 1, 10]);
    assert.deepEqual(
      driver.readRecords('out').map(({ value }) => String(value)),
      ['[{"value":{"id":"a","score":1},"score":1,"timestamp":10}]'],
    );
  });

  it('keeps values that JSON does not keep', async () => {
    const builder = new StreamsBuilder();
    const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.timestamp() };
    const oldest: unknown[] = [];
    builder
      .stream<string, Date>('in', { ...serdes, dropNullValues: true })
      .groupByKey()
      .topN(2, (_key, date) => -date.getTime(), { as: 'top' })
      .toStream()
      .foreach((_key, top) => void oldest.push(top?.map(({ value }) => value)));
    await start(builder.build());
    for (const time of [500, 300, 400])
      await driver.pipeInput('in', { key: 'k', value: new Date(time), timestamp: 0 }, serdes);
    assert.deepEqual(oldest.at(-1), [new Date(300), new Date(400)]);
  });

  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, null, undefined, '7', 7n] as unknown[]) {
    const what = typeof wrong === 'string' || typeof wrong === 'bigint' ? typeof wrong : String(wrong);
    it(`gives a record whose score is ${what} to the handler of its task, and leaves the list as it is`, async () => {
      const errors: string[] = [];
      await start(
        topologyOf(grouped =>
          grouped.topN(2, (_key, { score }) => (score === 13 ? (wrong as number) : score), { as: 'top' }),
        ),
        {
          deadLetterTopic: 'dead',
          processingExceptionHandler: (error, context) => {
            errors.push(`${context.phase}: ${error.message}`);
            return resumeOnError(error, context);
          },
        },
      );
      await pipe(['a', 3, 10], ['b', 13, 20], ['c', 5, 30]);
      assert.deepEqual(errors, [
        `processing: the score function of topN top returned ${what}: a score is a finite number`,
      ]);
      assert.deepEqual(await rows(), ['c:5,a:3']);
      assert.deepEqual(
        driver.readRecords('dead').map(({ value }) => String(value)),
        ['{"id":"b","score":13}'],
      );
      assert.equal(driver.counts[0]?.rejected, 1);
    });
  }

  it('stops the application if the score function is asynchronous', async () => {
    await start(topologyOf(grouped => grouped.topN(2, later, { as: 'top' })));
    await assert.rejects(pipe(['a', 3, 10]), (error: Error) => {
      assert.ok(error instanceof StreamsError);
      assert.match(error.message, /the score function gave a promise/);
      return true;
    });
  });

  for (const n of [0, -1, 1.5, Number.NaN, 1001, '3', undefined] as unknown[]) {
    it(`refuses ${String(n)} for n when it is declared`, async () => {
      await start(topologyOf(grouped => grouped.count({ as: 'count' })));
      const grouped = new StreamsBuilder().stream<string, Reading>('in', { dropNullValues: true }).groupByKey();
      const refusal = { name: 'TopologyError', message: `topN top: n must be a whole number from 1 to 1000, not ${n}` };
      const options = { as: 'top' };
      const wrong = n as number;
      assert.throws(() => grouped.topN(wrong, score, options), refusal);
      const time = grouped.windowedBy(TimeWindows.of({ size: 10, grace: 0 }));
      assert.throws(() => time.topN(wrong, score, options), refusal);
      const sliding = grouped.windowedBy(SlidingWindows.of({ timeDifference: 10, grace: 0 }));
      assert.throws(() => sliding.topN(wrong, score, options), refusal);
      const sessions = grouped.windowedBy(SessionWindows.of({ gap: 10, grace: 0 }));
      assert.throws(() => sessions.topN(wrong, score, options), refusal);
    });
  }

  for (const [n, expected] of [
    [2, [6, 5]],
    [4, [6, 5, 4, 3]],
  ] as const) {
    it(`goes on with the list of another n: ${n}`, async () => {
      const app = new TestApplication();
      app.createTopics();
      try {
        const topologyOf = (n: number): Topology => {
          const builder = new StreamsBuilder();
          const grouped = builder.stream<string, number>('in', { dropNullValues: true }).groupByKey();
          const top = grouped.topN(n, (_key, value) => value, { as: 'top', caching: false });
          top
            .mapValues(list => list.map(({ score }) => score))
            .toStream()
            .to('out');
          return builder.build();
        };
        const before = app.start({}, topologyOf(3));
        for (const value of [4, 6, 5]) app.send(value);
        await app.untilCommitted(3);
        await before.close();
        const after = app.start({}, topologyOf(n));
        app.send(3);
        await app.untilCommitted(4);
        await after.close();
        assert.equal(app.output().at(-1), JSON.stringify(expected));
      } finally {
        await app.close();
      }
    });
  }

  it('has a name of its own in the description', () => {
    const topology = topologyOf(grouped => grouped.topN(2, score, { as: 'top' }));
    assert.match(topology.describe(), /Processor: KSTREAM-TOPN-\d+ \(stores: \[top\]\)/);
  });

  it('gives no timestamp to the aggregators of the user', async () => {
    const given: number[] = [];
    const sum = (...all: unknown[]): number => given.push(all.length);
    const builder = new StreamsBuilder();
    const grouped = builder.stream<string, Reading>('in', { dropNullValues: true }).groupByKey();
    const windows = TimeWindows.of({ size: 10, grace: 0 });
    grouped.aggregate({ initializer: () => 0, aggregator: sum }, { as: 'a' });
    grouped.windowedBy(windows).aggregate({ initializer: () => 0, aggregator: sum }, { as: 'b' });
    const cogrouped = grouped.cogroup<number>(sum);
    cogrouped.aggregate(() => 0, { as: 'c' });
    cogrouped.windowedBy(windows).aggregate(() => 0, { as: 'd' });
    await start(builder.build());
    await pipe(['a', 1, 1]);
    assert.deepEqual(given, [3, 3, 3, 3]);
  });
});
