import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorHandler,
  type Headers,
  type Produced,
  resumeOnError,
  StreamsBuilder,
  StreamsError,
} from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';
import { CRASH_POINTS } from '../../../streams/testing/simulated-process.js';

const PARTITIONS = 4;

type Partitioner = NonNullable<Produced<string | null, number | null>['partitioner']>;

describe('a sink with a partitioner', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close().catch(() => {});
    driver = undefined;
  });

  async function start(
    partitioner: Partitioner,
    options: TopologyTestDriverOptions = {},
    topic: string | ((key: string | null) => string) = 'out',
  ): Promise<TopologyTestDriver> {
    const builder = new StreamsBuilder();
    builder.stream<string, number>('in').to(topic, { partitioner, name: 'sink' });
    driver = await TopologyTestDriver.create(builder.build(), { partitions: PARTITIONS, ...options });
    return driver;
  }

  async function pipe(...values: readonly (number | null)[]): Promise<void> {
    for (const value of values) await driver?.pipeInput('in', { key: 'key', value, timestamp: 0 });
  }

  /** Values by partition. */
  const written = (topic = 'out'): string[][] => {
    const partitions = Array.from({ length: PARTITIONS }, (): string[] => []);
    for (const { partition, value } of driver?.readRecords(topic) ?? []) partitions[partition]?.push(String(value));
    return partitions;
  };

  it('sends a record to the partition that it chooses, and to that of the key if it chooses none', async () => {
    await start((_topic, _key, value) => (value === null || value > 3 ? undefined : value));
    await pipe(0, 3, 2, 3);
    assert.deepEqual(written(), [['0'], [], ['2'], ['3', '3']]);
    await pipe(4, 5);
    const builder = new StreamsBuilder();
    builder.stream<string, number>('in').to('out');
    const plain = await TopologyTestDriver.create(builder.build(), { partitions: PARTITIONS });
    await plain.pipeInput('in', { key: 'key', value: 4 });
    const [ofKey] = plain.readRecords('out');
    await plain.close();
    assert.deepEqual(
      driver?.readRecords('out').map(({ partition }) => partition),
      [ofKey?.partition, ofKey?.partition],
    );
  });

  it('gives it the topic, the record, its headers and the number of partitions', async () => {
    const calls: unknown[] = [];
    await start((topic, key, value, numPartitions, headers) => {
      calls.push([topic, key, value, numPartitions, headers.map(header => header.key)]);
      return 0;
    });
    const headers: Headers = [{ key: 'h', value: Buffer.from('x') }];
    await driver?.pipeInput('in', { key: 'a', value: 1, headers });
    await driver?.pipeInput('in', { key: null, value: null });
    assert.deepEqual(calls, [
      ['out', 'a', 1, PARTITIONS, ['h']],
      ['out', null, null, PARTITIONS, []],
    ]);
  });

  it('sends a record once to each of several partitions, and counts each of them', async () => {
    await start(() => [3, 1, 3]);
    await pipe(7, 8);
    assert.deepEqual(written(), [[], ['7', '8'], [], ['7', '8']]);
    assert.equal(total('out'), 4);
    assert.equal(dropped(), 0);
  });

  it('drops a record for which it names no partition, and counts it as dropped', async () => {
    await start((_topic, _key, value) => (value === 1 ? [] : [0]));
    await pipe(1, 2, 1);
    assert.deepEqual(written(), [['2'], [], [], []]);
    assert.equal(dropped(), 2);
    assert.equal(total('out'), 1);
  });

  for (const [what, partitioner] of [
    ['chooses a partition that the topic does not have', () => PARTITIONS],
    ['chooses such a partition among others', () => [0, PARTITIONS]],
    ['chooses a negative partition', () => -1],
    ['chooses what is no number', () => 1.5],
    ['gives something else', () => '1' as unknown as number],
    [
      'throws',
      () => {
        throw new RangeError('partition');
      },
    ],
  ] as const) {
    it(`that ${what} fails the production of that record alone`, async () => {
      const seen: unknown[] = [];
      const productionExceptionHandler: ErrorHandler = (error, { phase, node }) => {
        seen.push([phase, node, /partition/.test(error.message)]);
        return 'resume';
      };
      await start((_topic, _key, value) => (value === 1 ? partitioner() : 2), { productionExceptionHandler });
      await pipe(0, 1, 2);
      assert.deepEqual(written(), [[], [], ['0', '2'], []]);
      assert.deepEqual(seen, [['production', 'sink', true]]);
      assert.equal(
        driver?.counts.reduce((sum, { rejected }) => sum + rejected, 0),
        1,
      );
    });
  }

  it('names topic and partition where the application stops', async () => {
    await start(() => 9);
    await assert.rejects(pipe(1), /production failed at sink .*chose partition 9, topic out has 4/);
  });

  it('that gives a promise stops the application', async () => {
    await start((async () => 0) as unknown as Partitioner, { productionExceptionHandler: resumeOnError });
    await assert.rejects(pipe(1), (error: unknown) => {
      assert.ok(error instanceof StreamsError);
      assert.match(error.message, /sink: the partitioner gave a promise/);
      return true;
    });
  });

  it('chooses partitions of topics that a function chooses, and keeps the order of their records', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in', { dropNullValues: true })
      .flatMapValues(value => [value, value + 1, value + 2])
      .to((_key, value) => (value % 2 === 0 ? 'even' : 'odd'), { partitioner: (topic: string) => topic.length });
    driver = await TopologyTestDriver.create(builder.build(), {
      partitions: 5,
      outputTopics: ['even', 'odd'],
    });
    await pipe(0, 10);
    const of = (topic: string): unknown[] =>
      (driver?.readRecords(topic) ?? []).map(({ partition, value }) => [partition, String(value)]);
    assert.deepEqual(
      of('even'),
      ['0', '2', '10', '12'].map(value => [4, value]),
    );
    assert.deepEqual(
      of('odd'),
      ['1', '11'].map(value => [3, value]),
    );
  });

  it('fails the production of a record for a topic that does not exist, in each of them', async () => {
    const seen: string[] = [];
    const productionExceptionHandler: ErrorHandler = error => {
      seen.push(error.message);
      return 'resume';
    };
    const topic = (key: string | null): string => (key === 'lost' ? 'nowhere' : 'out');
    await start(() => 1, { productionExceptionHandler, outputTopics: ['out'] }, topic);
    for (const key of ['lost', 'kept', 'lost']) await driver?.pipeInput('in', { key, value: 1, timestamp: 0 });
    assert.deepEqual(written(), [[], ['1'], [], []]);
    assert.deepEqual(seen, Array(2).fill('the cluster refuses a record for nowhere: the topic does not exist'));
  });

  for (const point of CRASH_POINTS) {
    it(`sends to several partitions, or to none, exactly once through a crash: ${point}`, async () => {
      const choose: Partitioner = (_topic, _key, value) => (value === null || value % 3 === 0 ? [] : [value % 3, 3]);
      const topic = (key: string | null): string => `out-${key}`;
      await start(choose, { autoCommit: false, outputTopics: ['out-a', 'out-b'] }, topic);
      const produce = (from: number, to: number): void => {
        for (let n = from; n < to; n++) driver?.produce('in', { key: n % 2 === 0 ? 'a' : 'b', value: n, timestamp: n });
      };
      produce(0, 10);
      await driver?.run();
      await driver?.commit();
      produce(10, 20);
      await driver?.run();
      driver?.crashAt(point);
      await driver?.commit();
      produce(20, 30);
      await driver?.run();
      await driver?.commit();
      for (const [key, rest] of [
        ['a', 0],
        ['b', 1],
      ] as const) {
        const sent = Array.from({ length: 30 }, (_, n) => n).filter(n => n % 2 === rest && n % 3 !== 0);
        const by = (third: number): string[] => sent.filter(n => n % 3 === third).map(String);
        assert.deepEqual(written(`out-${key}`), [[], by(1), by(2), sent.map(String)]);
      }
    });
  }

  const total = (topic: string): number => (driver?.counts ?? []).reduce((sum, { out }) => sum + (out[topic] ?? 0), 0);
  const dropped = (): number => (driver?.counts ?? []).reduce((sum, counts) => sum + counts.dropped, 0);
});
