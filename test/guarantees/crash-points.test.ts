import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';
import { rowName } from './pipeline.js';

/** Time after which state is persisted, and before which the ends of the changelogs are asked for. */
const PERSIST_MS = 31_000;

describe('a process that dies in a commit', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function create(topology: Topology, options: TopologyTestDriverOptions): Promise<void> {
    driver = await TopologyTestDriver.create(topology, { autoCommit: false, ...options });
  }

  function produce(from: number, to: number, timestamp = 0): void {
    for (let n = from; n < to; n++) driver.produce('in', { key: `key-${n % 10}`, value: n, timestamp });
  }

  function counting(): Topology {
    const builder = new StreamsBuilder();
    builder.stream('in').groupByKey().count({ as: 'counts' }).toStream().mapValues(String).to('out');
    return builder.build();
  }

  async function persistSoon(): Promise<void> {
    for (let second = 0; second < PERSIST_MS; second += 1000) await driver.advanceWallClock(1000);
  }

  const lastCounts = (): Record<string, unknown> =>
    Object.fromEntries(driver.readOutput('out').map(({ key, value }) => [key, Number(value)]));

  for (const point of CRASH_POINTS) {
    it(`has counted everything once when it is back: ${point}`, async () => {
      await create(counting(), {});
      produce(0, 50);
      await driver.run();
      await driver.commit();
      await persistSoon();
      produce(50, 80);
      await driver.run();
      driver.crashAt(point);
      await driver.commit();
      produce(80, 100);
      await driver.run();
      await driver.commit();
      assert.deepEqual(lastCounts(), Object.fromEntries([...Array(10).keys()].map(n => [`key-${n}`, 10])));
    });
  }

  for (const point of CRASH_POINTS) {
    it(`goes on with a commit between any two records of what it has polled: ${point}`, async () => {
      await create(counting(), { partitions: 3, cacheMaxBytes: 1, commitTurns: 2 });
      await persistSoon();
      produce(0, 4000);
      driver.crashAt(point);
      await driver.run();
      await persistSoon();
      driver.crashAt(point);
      produce(4000, 8000);
      await driver.run();
      await driver.commit();
      await driver.run();
      await driver.commit();
      assert.deepEqual(lastCounts(), Object.fromEntries([...Array(10).keys()].map(n => [`key-${n}`, 800])));
    });
  }

  it('keeps on disk what an uncommitted transaction has expired, though a write to disk goes on beside it', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .groupByKey()
      .windowedBy(TimeWindows.of({ size: 1000, grace: 0, closeOnIdle: true }))
      .emitStrategy('onWindowClose')
      .count({ as: 'counts' })
      .toStream(rowName)
      .mapValues(String)
      .to('out');
    await create(builder.build(), { commitInterval: PERSIST_MS, idleTimeout: '1d', commitTurns: 3, cacheMaxBytes: 0 });
    driver.produce('in', { key: 'a', value: 1, timestamp: 500 });
    await driver.run();
    await driver.commit();
    driver.produce('in', { key: 'a', value: 2, timestamp: 600 });
    driver.moveWallClock(PERSIST_MS);
    await driver.step();
    driver.produce('in', { key: 'b', value: 3, timestamp: 50_000 });
    driver.produce('in', { key: 'b', value: 4, timestamp: 50_000 });
    for (let n = 0; n < 10; n++) await driver.step();
    assert.deepEqual(driver.readOutput('out'), [], 'the transaction that closes the window is open');
    await driver.crash();
    await driver.commit();
    assert.deepEqual(
      driver.readOutput('out').map(({ key, value }) => [key, value]),
      [['a@0', '2']],
    );
  });
});

describe('a client that fails in a commit', () => {
  for (const kind of ['retriable', 'abort', 'fatal'] as const) {
    it(`leaves everything counted once: ${kind}`, async () => {
      const builder = new StreamsBuilder();
      builder.stream('in').groupByKey().count({ as: 'counts' }).toStream().mapValues(String).to('out');
      const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2 });
      await driver.pipeInput('in', { key: 'a', value: 1, timestamp: 0 });
      driver.failNextCommit(kind);
      await driver.pipeInput('in', { key: 'a', value: 2, timestamp: 0 });
      await driver.pipeInput('in', { key: 'a', value: 3, timestamp: 0 });
      assert.deepEqual(
        driver.readOutput('out').map(({ value }) => value),
        ['1', '2', '3'],
      );
      await driver.close();
    });
  }
});
