import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorContext,
  type ErrorHandler,
  resumeOnError,
  Serdes,
  StreamsBuilder,
  StreamsError,
  type StreamsOptions,
} from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

const TOO_LARGE = 'x'.repeat(1_100_000);

describe('the handlers of errors', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
    driver = undefined;
  });

  /** Doubles text; `mapper` may throw. */
  const start = async (
    options: Partial<StreamsOptions>,
    mapper: (value: string) => unknown = value => value + value,
  ): Promise<TopologyTestDriver> => {
    const builder = new StreamsBuilder();
    const lines = builder.stream<string, string>('in', { valueSerde: Serdes.string() });
    lines.groupByKey().count({ as: 'seen' });
    lines.mapValues(mapper, { name: 'double' }).to('out', { name: 'sink', valueSerde: Serdes.string() as never });
    driver = await TopologyTestDriver.create(builder.build(), { deadLetterTopic: 'dead', ...options });
    return driver;
  };
  const values = (topic: string): unknown[] =>
    (driver?.readRecords(topic) ?? []).map(({ value }) => value?.toString() ?? null);
  /** All are there before the first one is processed. */
  const pipe = async (...texts: readonly string[]): Promise<void> => {
    const serdes = { valueSerde: Serdes.string() };
    for (const value of texts) driver?.produce('in', { key: 'k', value, timestamp: 0 }, serdes);
    await driver?.run();
  };

  it('are told of a result that can not be serialized, or is too large, as a failed production', async () => {
    const seen: [string, string, string][] = [];
    const productionExceptionHandler: ErrorHandler = (error, { phase, node }: ErrorContext) => {
      seen.push([phase, node, error.message]);
      return 'resume';
    };
    await start({ productionExceptionHandler }, value => (value === 'number' ? 5 : value + value));
    await pipe('a', 'number', TOO_LARGE, 'b');
    assert.deepEqual(values('out'), ['aa', 'bb']);
    assert.deepEqual(
      seen.map(([phase, node]) => [phase, node]),
      [
        ['production', 'sink'],
        ['production', 'sink'],
      ],
    );
    assert.match(seen[0]?.[2] ?? '', /the string serde was given the number 5/);
    assert.match(seen[1]?.[2] ?? '', /record for out has 22\d+ bytes/);
    assert.deepEqual([values('dead')[0], driver?.counts[0]?.rejected], ['number', 2]);
  });

  it('stop the application by default', async () => {
    await start({ processingExceptionHandler: resumeOnError }, value => (value === 'number' ? 5 : value));
    await assert.rejects(
      pipe('number'),
      (error: Error) =>
        error instanceof StreamsError && /^production failed at sink for in-0@0: the string serde/.test(error.message),
    );
  });

  it('may have everything since the last commit processed again: what passes then has happened once', async () => {
    let failures = 3;
    const processingExceptionHandler: ErrorHandler = () => 'retry';
    await start({ processingExceptionHandler }, value => {
      if (value === 'b' && failures-- > 0) throw new Error('not yet');
      return value;
    });
    await pipe('a', 'b', 'c');
    assert.equal(failures, -1);
    assert.deepEqual(values('out'), ['a', 'b', 'c']);
    assert.deepEqual(
      (await driver?.storeEntries('seen'))?.map(({ value }) => value),
      [3],
    );
    assert.deepEqual(
      driver?.counts.map(counts => [counts.in.in, counts.rejected]),
      [[3, 0]],
    );
  });
});
