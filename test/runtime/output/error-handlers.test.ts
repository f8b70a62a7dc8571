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
  TimeWindows,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

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
    const lines = builder.stream<string, string>('in', { valueSerde: Serdes.string(), dropNullValues: true });
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

  it('get a result that can not be serialized, or is too large, as a failed production', async () => {
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

  it('stop the application if they throw, and get no error of their own', async () => {
    const seen: string[] = [];
    const processingExceptionHandler: ErrorHandler = error => {
      seen.push(error.message);
      if (seen.length === 1) throw new Error('the handler is broken');
      return 'resume';
    };
    await start({ processingExceptionHandler }, value => {
      throw new Error(`no ${value}`);
    });
    await assert.rejects(pipe('a'), (error: Error) => {
      assert.ok(error instanceof StreamsError);
      assert.match(error.message, /processingExceptionHandler: the handler is broken/);
      assert.equal((error.cause as Error).message, 'no a');
      return true;
    });
    assert.deepEqual(seen, ['no a']);
  });

  it('get a late record that its topic can not take, and the record is added to its other windows', async () => {
    const builder = new StreamsBuilder();
    const seen: string[] = [];
    builder
      .stream<string, string>('in', { valueSerde: Serdes.string() })
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 20, advanceBy: 10, grace: 0 }))
      .lateTo('late')
      .count({ as: 'counts', name: 'counting' });
    driver = await TopologyTestDriver.create(builder.build(), {
      deadLetterTopic: 'dead',
      productionExceptionHandler: (error, { phase, node }) => {
        seen.push(`${phase} at ${node}: ${error.message}`);
        return 'resume';
      },
    });
    // With the headers that say which window was missed it is larger than a record may be.
    const large = 'x'.repeat(1_047_990);
    driver.produce('in', { key: 'k', value: 'a', timestamp: 35 }, { valueSerde: Serdes.string() });
    driver.produce('in', { key: 'k', value: large, timestamp: 25 }, { valueSerde: Serdes.string() });
    await driver.run();
    assert.equal(seen.length, 1);
    assert.match(seen[0] ?? '', /^production at counting: record for late has 104\d+ bytes/);
    const counts = await driver.storeEntries('counts');
    assert.deepEqual(
      counts.map(({ windowStart, value }) => [windowStart, value]),
      [
        [20, 2],
        [30, 1],
      ],
    );
    assert.deepEqual([driver.counts[0]?.late, values('late').length, values('dead').length], [1, 0, 1]);
  });

  it('get a name that no topic can have', async () => {
    const names = ['out', '', 'a b', 'x'.repeat(250), '..', undefined];
    const seen: string[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { valueSerde: Serdes.string() })
      .to((_key, value) => names[Number(value)] as string, { name: 'sink', valueSerde: Serdes.string() });
    driver = await TopologyTestDriver.create(builder.build(), {
      outputTopics: ['out'],
      productionExceptionHandler: error => {
        seen.push(error.message.slice(0, 40));
        return 'resume';
      },
    });
    await pipe('0', '1', '2', '3', '4', '5', '0');
    assert.deepEqual(values('out'), ['0', '0']);
    assert.deepEqual(seen, [
      'no topic can be called ""',
      'no topic can be called "a b"',
      'no topic can be called "xxxxxxxxxxxxxxxx',
      'no topic can be called ".."',
      'no topic can be called undefined',
    ]);
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
