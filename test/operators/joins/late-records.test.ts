import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { JoinWindows, type KStream, Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const WINDOWS = JoinWindows.of({ before: 5, after: 10, grace: 20 });
/** What is longer ago than this, counted from the highest timestamp, is late. */
const KEPT_MS = 34;

interface Streams {
  readonly left: KStream<string, number>;
  readonly right: KStream<string, string>;
}

describe('late records of a join of streams', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function create(declare: (streams: Streams) => KStream<string, unknown>): Promise<void> {
    const builder = new StreamsBuilder();
    const left = builder.stream<string, number>('left', { dropNullKeys: true, dropNullValues: true });
    const right = builder.stream<string, string>('right', {
      valueSerde: Serdes.string(),
      dropNullKeys: true,
      dropNullValues: true,
    });
    declare({ left, right }).to('out', { valueSerde: Serdes.json() });
    driver = await TopologyTestDriver.create(builder.build());
  }

  const pair = (left: number | null, right: string | null): string => `${left} ${right}`;
  const late = (): number => driver.counts.reduce((sum, counts) => sum + counts.late, 0);
  const pipe = (topic: 'left' | 'right', value: unknown, timestamp: number): Promise<void> =>
    driver.pipeInput(
      topic,
      { key: 'k', value: value as never, timestamp },
      {
        valueSerde: (topic === 'right' ? Serdes.string() : Serdes.json()) as never,
      },
    );
  const output = (): unknown[] => driver.readOutput('out').map(({ value }) => value);
  const lateRecords = (): unknown[] =>
    driver
      .readRecords('late')
      .map(({ value, timestamp, headers }) => [String(value), timestamp, ...headers.map(h => Number(h.value))]);

  it('of both sides go to their topic, with the times between which they would have met others', async () => {
    await create(({ left, right }) => left.join(right, pair, WINDOWS, { as: 'pairs', lateTo: 'late' }));
    await pipe('left', 1, 100);
    await pipe('right', 'a', 100);
    await pipe('left', 2, 100 - KEPT_MS);
    await pipe('right', 'b', 100 - KEPT_MS);
    assert.deepEqual(output(), ['1 a', '2 b']);
    await pipe('left', 3, 99 - KEPT_MS);
    await pipe('right', 'c', 99 - KEPT_MS);
    assert.deepEqual(lateRecords(), [
      ['3', 65, 60, 75],
      ['c', 65, 55, 70],
    ]);
    assert.equal(late(), 2);
  });

  it('are counted where no topic is named, and still come out alone', async () => {
    await create(({ left, right }) => left.outerJoin(right, pair, WINDOWS, { as: 'pairs' }));
    await pipe('left', 1, 100);
    await pipe('right', 'a', 100);
    await pipe('left', 2, 10);
    await pipe('right', 'b', 10);
    assert.deepEqual(output(), ['1 a', '2 null', 'null b']);
    assert.equal(late(), 2);
  });

  it('meet those that have not expired', async () => {
    await create(({ left, right }) => left.join(right, pair, WINDOWS, { as: 'pairs', lateTo: 'late' }));
    await pipe('left', 1, 100);
    await pipe('right', 'a', 70);
    await pipe('right', 'c', 100);
    await pipe('left', 2, 62);
    assert.deepEqual(output(), ['1 c', '2 a']);
    assert.deepEqual(lateRecords(), [['2', 62, 57, 72]]);
  });

  it('go there once if the stream is joined with itself', async () => {
    await create(({ left }) => left.join(left, (a, b) => `${a} ${b}`, WINDOWS, { as: 'pairs', lateTo: 'late' }));
    await pipe('left', 1, 100);
    await pipe('left', 2, 10);
    assert.deepEqual(lateRecords(), [['2', 10, 5, 20]]);
    assert.equal(late(), 1);
  });
});
