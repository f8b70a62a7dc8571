import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { resumeOnError, Serdes, StreamsBuilder, type Topology, TopologyError } from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';
import { CRASH_POINTS } from '../../../streams/testing/simulated-process.js';

const TEXT = { valueSerde: Serdes.string() };
const NUMBER = { valueSerde: Serdes.json<number | null>() };

function counting(pattern: RegExp): Topology {
  const builder = new StreamsBuilder();
  builder.stream<string, string>(pattern, TEXT).groupByKey().count({ as: 'counts' }).toStream().to('out', NUMBER);
  return builder.build();
}

describe('a stream by a pattern', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
    driver = undefined;
  });

  async function start(topology: Topology, options: TopologyTestDriverOptions = {}): Promise<TopologyTestDriver> {
    driver = await TopologyTestDriver.create(topology, options);
    return driver;
  }

  const pipe = async (topic: string, value = 'x', key = 'k'): Promise<void> =>
    await driver?.pipeInput(topic, { key, value, timestamp: 0 }, TEXT);

  const outputs = (topic = 'out'): string[] =>
    (driver?.readRecords(topic) ?? []).map(({ key, value }) => `${key} ${value}`);

  it('reads the topics whose whole names match, whatever the flags of the expression are', async () => {
    const topics = ['in-a', 'in-b', 'xin-a', 'in-a1', 'IN-C'];
    for (const [pattern, matched] of [
      [/in-[a-z]+/, ['in-a', 'in-b']],
      [/in-[a-z]/gy, ['in-a', 'in-b']],
      [/IN-[A-Z]|xin-a/i, ['IN-C', 'in-a', 'in-b', 'xin-a']],
      [/.*1/, ['in-a1']],
    ] as const) {
      await start(counting(pattern), { outputTopics: topics });
      for (const topic of matched) await pipe(topic);
      assert.deepEqual(
        driver?.counts.flatMap(({ in: read }) => Object.keys(read)),
        matched,
      );
      await driver?.close();
    }
  });

  it('waits until a topic matches', async () => {
    const running = await start(counting(/in-[a-z]+/));
    assert.deepEqual(running.counts, []);
    await running.run();
    await running.commit();
    await running.advanceWallClock(1000);
    await assert.rejects(running.storeEntries('counts'), /the application waits: no topic matches \/in-\[a-z\]\+\//);
    await assert.rejects(pipe('out-of-it'), /no topic out-of-it; those that the topology reads are \/in-\[a-z\]\+\//);
    await pipe('in-a');
    assert.deepEqual(outputs(), ['k 1']);
  });

  it('reads topics that are created later, and goes on with its state', async () => {
    await start(counting(/in-[a-z]+/), { partitions: 3 });
    for (const key of ['a', 'b', 'c']) await pipe('in-a', 'x', key);
    for (const topic of ['in-b', 'in-a', 'in-c']) for (const key of ['a', 'b', 'c']) await pipe(topic, 'x', key);
    assert.deepEqual(
      (await driver?.storeEntries('counts'))?.map(({ key, value }) => [key, value]),
      [
        ['a', 4],
        ['b', 4],
        ['c', 4],
      ],
    );
    assert.equal(outputs().length, 12);
  });

  it('reads a topic that is created later from its oldest record', async () => {
    await start(counting(/in-[a-z]+/), { autoCommit: false });
    driver?.produce('in-a', { key: 'k', value: 'x' }, TEXT);
    await driver?.run();
    for (let n = 0; n < 3; n++) driver?.produce('in-b', { key: 'k', value: 'x' }, TEXT);
    await driver?.run();
    await driver?.commit();
    assert.equal(outputs().at(-1), 'k 4');
  });

  for (const point of CRASH_POINTS) {
    it(`counts each record once through a crash while a topic is new: ${point}`, async () => {
      await start(counting(/in-[a-z]+/), { autoCommit: false, partitions: 2 });
      const produce = (topic: string): void => {
        for (const key of 'abcdef') driver?.produce(topic, { key, value: 'x', timestamp: 0 }, TEXT);
      };
      produce('in-a');
      await driver?.run();
      await driver?.commit();
      produce('in-a');
      await driver?.run();
      produce('in-b');
      driver?.crashAt(point);
      await driver?.run();
      await driver?.commit();
      produce('in-c');
      await driver?.run();
      await driver?.commit();
      await driver?.crash();
      await driver?.commit();
      assert.deepEqual(
        (await driver?.storeEntries('counts'))?.map(({ key, value }) => [key, value]),
        [...'abcdef'].map(key => [key, 4]),
      );
    });
  }

  it('does not read the topics of Kafka, of the application, and of dead letters', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>(/.*/, { valueSerde: Serdes.long() })
      .selectKey((_key, value) => String(value))
      .groupByKey()
      .count({ as: 'counts' });
    const options = { deadLetterTopic: 'dead', deserializationExceptionHandler: resumeOnError };
    await start(builder.build(), options);
    await pipe('in', 'no long');
    await pipe('in', '\0\0\0\0long');
    assert.deepEqual(
      driver?.counts.flatMap(({ in: read }) => Object.entries(read)),
      [['in', 2]],
    );
    assert.equal(driver?.readRecords('dead').length, 1);
    for (const topic of ['__consumer_offsets', 'test-old-changelog', 'test-old-repartition'])
      await assert.rejects(pipe(topic), /there is no topic/);
  });

  it('is one source with another stream of the same pattern', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, string>(/in-[a-z]+/, TEXT).to('first', TEXT);
    builder.stream<string, string>(/in-[a-z]+/, TEXT).to('second', TEXT);
    await start(builder.build());
    await pipe('in-a');
    assert.deepEqual([outputs('first'), outputs('second')], [['k x'], ['k x']]);
    assert.deepEqual(
      driver?.counts.map(({ in: read }) => ({ ...read })),
      [{ 'in-a': 1 }],
    );
  });

  it('is described by the pattern, as in Java', () => {
    assert.match(counting(/in-[a-z]+/i).describe(), /Source: KSTREAM-SOURCE-0000000000 \(topics: in-\[a-z\]\+\)\n/);
  });

  it('is refused where it matches a topic of another source', async () => {
    const refuses = (declare: (builder: StreamsBuilder) => void, message: RegExp): void => {
      assert.throws(
        () => declare(new StreamsBuilder()),
        error => error instanceof TopologyError && message.test(error.message),
      );
    };
    refuses(builder => {
      builder.stream('in-a');
      builder.stream(/in-[a-z]+/);
    }, /topic in-a is read by a stream of in-a and by a stream of \/in-\[a-z\]\+\//);
    refuses(builder => {
      builder.stream(/in-[a-z]+/);
      builder.stream(['other', 'in-a']);
    }, /topic in-a is read by a stream of \/in-\[a-z\]\+\/ and by a stream of other, in-a/);
    refuses(builder => {
      builder.stream(/in-[a-z]+/);
      builder.table('in-a');
    }, /topic in-a is read as a stream and as a table/);
    refuses(builder => {
      builder.stream(/in/);
      builder.stream(/in/, { keySerde: Serdes.long() });
    }, /two streams of topic \/in\/ differ in keySerde/);

    const builder = new StreamsBuilder();
    builder.stream(/in-.*/, TEXT).to('out');
    builder.stream(/.*-a/, TEXT).to('out');
    await start(builder.build());
    await pipe('in-b');
    await pipe('out-a');
    await assert.rejects(pipe('in-a'), {
      name: 'TopologyError',
      message: 'topic in-a matches /in-.*/ and /.*-a/: narrow one',
    });
  });
});
