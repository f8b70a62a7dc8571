import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows } from '../../streams/index.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

const START = 1_000_000;
const PARTITIONS = 4;
const [BUSY = '', QUIET = ''] = [0, 1].map(partition => {
  for (let n = 0; ; n++) if (partitionFor(Buffer.from(`key-${n}`), PARTITIONS) === partition) return `key-${n}`;
});

describe('windows that close on idle', () => {
  let driver: TopologyTestDriver;
  let now: number;

  beforeEach(async () => {
    now = START;
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .groupBy(() => 'all')
      .windowedBy(TimeWindows.of({ size: '10s', grace: '2s', closeOnIdle: true }))
      .emitStrategy('onWindowClose')
      .count({ as: 'counts' })
      .toStream(({ window }) => String(window.start))
      .mapValues(String)
      .to('out');
    driver = await TopologyTestDriver.create(builder.build(), {
      partitions: PARTITIONS,
      startTime: START,
      idleTimeout: '5s',
    });
  });

  afterEach(() => driver.close());

  async function send(key: string): Promise<void> {
    await driver.pipeInput('in', { key, value: 1, timestamp: now });
  }

  async function pass(ms: number): Promise<void> {
    now += ms;
    await driver.advanceWallClock(ms);
  }

  const closed = (): [string | null, unknown][] => driver.readOutput('out').map(({ key, value }) => [key, value]);

  it('close in silence, when their end, the grace and the idle timeout have passed', async () => {
    await send(BUSY);
    for (let second = 0; second < 16; second++) {
      assert.deepEqual(closed(), [], `after ${second} s`);
      await pass(1000);
    }
    await pass(1000);
    await pass(1000);
    assert.deepEqual(closed(), [[String(START), '1']]);
  });

  it('close while other partitions are busy: a silent one does not hold them back for longer than the timeout', async () => {
    await send(QUIET);
    for (let second = 0; second < 20; second++) {
      await send(BUSY);
      await pass(1000);
    }
    assert.deepEqual(closed(), [[String(START), '11']]);
  });

  it('wait for a partition that was silent and has data again', async () => {
    await send(BUSY);
    await pass(8000);
    await send(QUIET);
    await pass(6000);
    await send(BUSY);
    await pass(1000);
    await send(QUIET);
    await pass(1000);
    assert.deepEqual(closed(), [], 'the promise of the silent ones has not reached the end of the window');
    for (let second = 0; second < 6; second++) await pass(1000);
    assert.deepEqual(closed(), [[String(START), '2']]);
  });

  it('promise nothing for the time in which the process was down', async () => {
    await send(BUSY);
    await driver.crash(() => {
      driver.moveWallClock(60_000);
      driver.produce('in', { key: BUSY, value: 2, timestamp: START + 9000 });
    });
    now += 60_000;
    for (let second = 0; second < 8; second++) await pass(1000);
    assert.deepEqual(closed(), [[String(START), '2']]);
  });

  it('all close at once when the input has ended', async () => {
    await send(BUSY);
    await pass(1000);
    await send(QUIET);
    await driver.endInput();
    assert.deepEqual(closed(), [[String(START), '2']]);
  });
});
