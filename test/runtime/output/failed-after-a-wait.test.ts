import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorContext,
  JoinWindows,
  type KGroupedStream,
  type KTable,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Windowed,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const text = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

function refuse(what: string): never {
  throw new RangeError(what);
}

const refuseBad = (value: string | null): string => (value === 'bad' ? refuse('bad') : String(value));

interface Input {
  readonly topic?: string;
  readonly key: string;
  readonly value: string;
  readonly timestamp: number;
}

describe('what fails when another record lets it go', () => {
  let driver: TopologyTestDriver | undefined;
  const seen: ErrorContext[] = [];

  afterEach(async () => {
    await driver?.close();
    driver = undefined;
    seen.length = 0;
  });

  /** Pipes the records with a header that names their value. */
  async function piped(builder: StreamsBuilder, ...records: readonly Input[]): Promise<void> {
    driver = await TopologyTestDriver.create(builder.build(), {
      cacheMaxBytes: 0,
      deadLetterTopic: 'dead',
      processingExceptionHandler: (_error, context) => {
        seen.push(context);
        return 'resume';
      },
    });
    for (const { topic = 'in', ...record } of records) {
      const headers = [{ key: 'of', value: Buffer.from(record.value) }];
      await driver.pipeInput(topic, { ...record, headers }, text);
    }
  }

  const dead = (): readonly (readonly unknown[])[] =>
    (driver?.readRecords('dead') ?? []).map(({ key, value, timestamp, headers }) => {
      const of = (name: string) => headers.find(({ key }) => key === name)?.value?.toString();
      const [of1, topic, offset] = [of('of'), of('__streams.errors.topic'), of('__streams.errors.offset')];
      return [key?.toString(), value?.toString(), timestamp, of1, topic, offset];
    });
  const counts = (): readonly unknown[] =>
    (driver?.counts ?? []).map(({ rejected, failedResults }) => [rejected, failedResults]);
  const output = (): readonly unknown[] => driver?.readOutput('out', text).map(({ value }) => value) ?? [];

  it('behind suppress is the update that was held back', async () => {
    const builder = new StreamsBuilder();
    builder
      .table<string, string>('in', { as: 'rows', ...text })
      .suppress(Suppressed.untilTimeLimit(5), { name: 'held' })
      .toStream()
      .mapValues(refuseBad)
      .to('out', { valueSerde: Serdes.string() });
    await piped(builder, { key: 'a', value: 'bad', timestamp: 1 }, { key: 'b', value: 'good', timestamp: 20 });
    assert.deepEqual(dead(), [['a', 'bad', 1, 'bad', 'in', '0']]);
    assert.deepEqual(
      seen.map(({ record, recordMetadata }) => [record, recordMetadata]),
      [[null, { topic: 'in', partition: 0, offset: 0 }]],
    );
    assert.deepEqual(counts(), [[0, 1]]);
  });

  it('in a join with a grace is the record that waited, and those beside it are joined', async () => {
    const builder = new StreamsBuilder();
    const rows = builder.table<string, string>('rows', { as: 'rows', historyRetention: 1000, ...text });
    builder
      .stream<string, string>('in', text)
      .join(rows, value => refuseBad(value), { gracePeriod: 5, name: 'waiting' })
      .to('out', { valueSerde: Serdes.string() });
    await piped(
      builder,
      { topic: 'rows', key: 'a', value: 'row', timestamp: 0 },
      { key: 'a', value: 'bad', timestamp: 1 },
      { key: 'a', value: 'same time', timestamp: 1 },
      { key: 'a', value: 'later', timestamp: 2 },
      { key: 'a', value: 'opens', timestamp: 20 },
      { key: 'a', value: 'opens too', timestamp: 40 },
    );
    assert.deepEqual(output(), ['same time', 'later', 'opens']);
    assert.deepEqual(dead(), [['a', 'bad', 1, 'bad', 'in', '0']]);
    assert.deepEqual(counts(), [[0, 1]]);
  });

  it('in a join of streams is the record that has found no other', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', text)
      .leftJoin(
        builder.stream<string, string>('other', text),
        value => refuseBad(value),
        JoinWindows.of({ timeDifference: 5, grace: 0 }),
        { as: 'pairs' },
      )
      .to('out', { valueSerde: Serdes.string() });
    await piped(builder, { key: 'a', value: 'bad', timestamp: 1 }, { key: 'b', value: 'good', timestamp: 20 });
    assert.deepEqual(
      dead().map(letter => letter.slice(0, 3)),
      [['a', 'bad', 1]],
    );
    assert.deepEqual(counts(), [[0, 1]]);
  });

  const counted: Readonly<
    Record<string, (stream: KGroupedStream<string, string>) => KTable<Windowed<string>, number>>
  > = {
    window: stream =>
      stream
        .windowedBy(TimeWindows.of({ size: 10, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: 'counts', retention: 1000 }),
    'sliding window': stream =>
      stream
        .windowedBy(SlidingWindows.of({ timeDifference: 10, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: 'counts', retention: 1000 }),
    session: stream =>
      stream
        .windowedBy(SessionWindows.of({ gap: 10, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: 'counts', retention: 1000 }),
  };
  for (const [kind, count] of Object.entries(counted)) {
    it(`is the result of a ${kind} that closes`, async () => {
      const builder = new StreamsBuilder();
      count(builder.stream<string, string>('in', { ...text, dropNullValues: true }).groupByKey())
        .toStream(({ key }) => key)
        .mapValues((_count, key) => (key === 'bad' ? refuse('bad') : key))
        .to('out', text);
      await piped(builder, { key: 'bad', value: 'x', timestamp: 1 }, { key: 'b', value: 'y', timestamp: 50 });
      assert.deepEqual(
        dead().map(([key, value]) => [key, value]),
        [['bad', '1']],
      );
      assert.deepEqual(counts(), [[0, 1]]);
    });
  }
});
