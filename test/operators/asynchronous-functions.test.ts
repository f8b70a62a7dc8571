import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import { operators } from '../../streams/dsl/pipe/index.js';
import {
  type KStream,
  resumeOnError,
  type Serde,
  Serdes,
  StreamsBuilder,
  StreamsError,
  type StreamsOptions,
  TimeWindows,
} from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

/** A function of the topology that does not fit its type: it gives a promise. */
const later = (): never => Promise.resolve(true) as never;

const named = { name: 'here' };
const windows = TimeWindows.of({ size: 10, grace: 0 });

/** Fails after the operator has been called, so nobody waits for it. */
async function failLater(): Promise<never> {
  await immediate();
  throw new Error('nobody waits for this');
}

function slowSerde(part: 'serialize' | 'deserialize'): Serde<string> {
  const { serialize, deserialize } = Serdes.string();
  return { serialize, deserialize, [part]: later };
}

/** A topology of which one function gives a promise; all operators that have one are called `here`. */
const topologies: Readonly<Record<string, (stream: KStream<string | null, number | null>) => void>> = {
  filter: stream => stream.filter(later, named),
  filterNot: stream => stream.filterNot(later, named),
  map: stream => stream.map(later, named),
  'map, the key': stream => stream.map((_key, value) => ({ key: later(), value }), named),
  'map, the value': stream => stream.map(key => ({ key, value: later() }), named),
  mapValues: stream => stream.mapValues(later, named),
  flatMap: stream => stream.flatMap(later, named),
  'flatMap, an async generator': stream => stream.flatMap(async function* () {} as never, named),
  'flatMap, a value': stream => stream.flatMap(key => [{ key, value: later() }], named),
  flatMapValues: stream => stream.flatMapValues(later, named),
  'flatMapValues, an async generator': stream => stream.flatMapValues(async function* () {} as never, named),
  'flatMapValues, a value': stream => stream.flatMapValues(() => [later()], named),
  selectKey: stream => stream.selectKey(later, named),
  peek: stream => stream.peek(later, named),
  foreach: stream => stream.foreach(later, named),
  split: stream => stream.split(named).branch('some', later).noDefaultBranch(),
  'pipe, map': stream =>
    stream.pipe(
      operators(records => records.map(later)),
      named,
    ),
  'pipe, map of two': stream =>
    stream.pipe(
      operators(records => records.map(later).map(record => record)),
      named,
    ),
  'pipe, filter': stream =>
    stream.pipe(
      operators(records => records.filter(later)),
      named,
    ),
  'pipe, tap': stream =>
    stream.pipe(
      operators(records => records.tap(later)),
      named,
    ),
  'pipe, atThroughput': stream =>
    stream.pipe(
      operators(records => records.atThroughput(1, later)),
      named,
    ),
  'pipe, the value': stream =>
    stream.pipe(
      operators(records => records.map(({ key }) => ({ key, value: later() as number }))),
      named,
    ),
  to: stream => stream.to(later, named),
  'to, a serde': stream => stream.to('out', { ...named, keySerde: slowSerde('serialize') }),
  'toTable, a serde': stream => stream.toTable({ ...named, as: 'rows', keySerde: slowSerde('serialize') }),
  initializer: stream =>
    stream.groupByKey().aggregate({ initializer: later, aggregator: () => 1 }, { ...named, as: 'rows' }),
  aggregator: stream =>
    stream.groupByKey().aggregate({ initializer: () => 1, aggregator: later }, { ...named, as: 'rows' }),
  'aggregator of windows': stream =>
    stream
      .groupByKey()
      .windowedBy(windows)
      .aggregate({ initializer: () => 1, aggregator: later }, { ...named, as: 'rows' }),
  'score of topN': stream => stream.groupByKey().topN(3, later, { ...named, as: 'rows' }),
  'score of topN of a table': stream =>
    stream
      .toTable({ as: 'table' })
      .groupBy((key, value) => ({ key, value }))
      .topN(3, later, { ...named, as: 'rows' }),
  'score of topN of windows': stream =>
    stream
      .groupByKey()
      .windowedBy(windows)
      .topN(3, later, { ...named, as: 'rows' }),
  combiner: stream =>
    stream
      .groupByKey()
      .aggregate({ initializer: () => 1, aggregator: () => 1, combiner: later }, { ...named, as: 'rows' }),
  reducer: stream => stream.groupByKey().reduce(later, { ...named, as: 'rows' }),
  'KTable.filter': stream => stream.toTable({ as: 'rows' }).filter(later, named),
  'KTable.mapValues': stream => stream.toTable({ as: 'rows' }).mapValues(later, named),
  'KTable.toStream': stream => stream.toTable({ as: 'rows' }).toStream(later, named),
};

describe('a function of the topology that gives a promise', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
    driver = undefined;
  });

  const run = async (builder: StreamsBuilder, options: Partial<StreamsOptions> = {}): Promise<void> => {
    driver = await TopologyTestDriver.create(builder.build(), {
      deserializationExceptionHandler: resumeOnError,
      processingExceptionHandler: resumeOnError,
      productionExceptionHandler: resumeOnError,
      deadLetterTopic: 'dead',
      outputTopics: ['out'],
      ...options,
    });
    const record = { key: 'k', value: 1, timestamp: 0 };
    // A reducer needs two values, and a combiner what was there before.
    await driver.pipeInput('in', [record, record]);
  };
  const refusedAt = (node: string) => (error: Error) => {
    assert.ok(error instanceof StreamsError, String(error));
    assert.match(error.message, /a promise/);
    assert.ok(error.message.includes(node), error.message);
    return true;
  };

  for (const [what, declare] of Object.entries(topologies)) {
    it(`stops the application with the name of the operator, whatever the handlers say: ${what}`, async () => {
      const builder = new StreamsBuilder();
      declare(builder.stream<string, number>('in'));
      await assert.rejects(run(builder), refusedAt('here'));
      assert.deepEqual(driver?.readRecords('dead'), []);
    });
  }

  it('stops it in groupBy and countDistinct, where the operator has no name, with what it is', async () => {
    const grouping = new StreamsBuilder();
    grouping.stream<string, number>('in').groupBy(later).count({ as: 'rows' });
    await assert.rejects(run(grouping), refusedAt('groupBy'));
    const distinct = new StreamsBuilder();
    distinct.stream<string, number>('in').groupByKey().windowedBy(windows).countDistinct(later, { as: 'rows' });
    await assert.rejects(run(distinct), refusedAt('countDistinct'));
  });

  it('stops it in a timestamp extractor, also where the heads of several topics are compared', async () => {
    for (const topics of [['in'], ['in', 'other']]) {
      const builder = new StreamsBuilder();
      builder.stream(topics, { name: 'here', timestampExtractor: later }).to('out');
      await assert.rejects(run(builder), refusedAt('here'));
    }
  });

  it('stops it in a serde of a source', async () => {
    const builder = new StreamsBuilder();
    builder.stream('in', { name: 'here', keySerde: slowSerde('deserialize') }).to('out');
    await assert.rejects(run(builder), refusedAt('here'));
  });

  it('stops it in a handler of errors, with the name of its option', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .mapValues(() => {
        throw new Error('no');
      })
      .to('out');
    await assert.rejects(run(builder, { processingExceptionHandler: later }), refusedAt('processingExceptionHandler'));
  });

  it('does not end the process when the promise is rejected afterwards', async () => {
    const rejections: unknown[] = [];
    const listener = (reason: unknown): void => void rejections.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
    try {
      const builder = new StreamsBuilder();
      builder.stream<string, number>('in').foreach(failLater as () => never, named);
      await assert.rejects(run(builder), refusedAt('here'));
      // A rejection that is reported: then the one before it would have been, too.
      const reported = once(process, 'unhandledRejection');
      void failLater();
      await reported;
      assert.equal(rejections.length, 1);
    } finally {
      process.removeListener('unhandledRejection', listener);
      for (const other of others) process.on('unhandledRejection', other);
    }
  });

  it('is recognized by its `then`: a value that has another one passes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.object({ maxKeys: 3 }), fc.jsonValue(), async (value, then) => {
        const builder = new StreamsBuilder();
        builder
          .stream<string, number>('in')
          .mapValues(() => ({ ...value, then }))
          .to('out');
        await run(builder);
        assert.equal(driver?.readRecords('out').length, 2);
        await driver?.close();
      }),
      { numRuns: 20 },
    );
  });
});
