import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import { type ErrorContext, resumeOnError } from '../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';
import { type Hands, type Script, withScript } from '../runtime/scripted-processor.js';
import { TestApplication } from '../runtime/test-application.js';

const HOUR_MS = 3_600_000;

/** Forwards the records, and each punctuation as a record with key `tick`. */
function ticking(intervalMs: number, type: 'streamTime' | 'wallClockTime'): Script {
  return {
    init: hands => void hands.schedule(intervalMs, type, time => hands.forward('tick', time, time)),
    process: (hands, key, value, timestamp) => hands.forward(key, value, timestamp),
  };
}

describe('punctuations', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function create(script: Script, options: TopologyTestDriverOptions = {}): Promise<void> {
    driver = await TopologyTestDriver.create(withScript(script), options);
  }

  const send = (value: unknown, timestamp: number): Promise<void> =>
    driver.pipeInput('in', { key: 'a', value, timestamp });

  const output = (): unknown[] =>
    driver.readOutput('out').map(({ key, value }) => (key === 'tick' ? `at ${value}` : value));

  describe('by stream time', () => {
    it('follow the record that has advanced it, before the next one', async () => {
      await create(ticking(100, 'streamTime'));
      driver.produce('in', [
        { key: 'a', value: 1, timestamp: 30 },
        { key: 'a', value: 2, timestamp: 99 },
        { key: 'a', value: 3, timestamp: 100 },
        { key: 'a', value: 4, timestamp: 40 },
        { key: 'a', value: 5, timestamp: 250 },
        { key: 'a', value: 6, timestamp: 299 },
        { key: 'a', value: 7, timestamp: 1999 },
        { key: 'a', value: 8, timestamp: 2000 },
      ]);
      await driver.run();
      assert.deepEqual(output(), [1, 'at 30', 2, 3, 'at 100', 4, 5, 'at 250', 6, 7, 'at 1999', 8, 'at 2000']);
    });

    it('do not follow the wall clock', async () => {
      await create(ticking(100, 'streamTime'));
      await send(1, 0);
      await driver.advanceWallClock(10_000);
      assert.deepEqual(output(), [1, 'at 0']);
    });

    it('go on with the time that the last commit had', async () => {
      await create(ticking(100, 'streamTime'));
      await send(1, 250);
      await driver.crash();
      await send(2, 20);
      assert.deepEqual(output(), [1, 'at 250', 2, 'at 250']);
    });
  });

  describe('by the wall clock', () => {
    it('are called each interval, once for all that were missed, and are committed though no record comes', async () => {
      await create(ticking(100, 'wallClockTime'), { startTime: 1000 });
      await driver.advanceWallClock(99);
      assert.deepEqual(output(), []);
      await driver.advanceWallClock(1);
      assert.deepEqual(output(), ['at 1100']);
      await driver.advanceWallClock(350);
      assert.deepEqual(output(), ['at 1450']);
      await driver.advanceWallClock(50);
      assert.deepEqual(output(), ['at 1500']);
    });

    it('that take as long as their interval leave the records their turn', async () => {
      let calls = 0;
      await create({
        ...ticking(100, 'wallClockTime'),
        init: hands =>
          void hands.schedule(100, 'wallClockTime', time => {
            // An error where it would be called for ever.
            assert.ok(++calls < 10);
            driver.moveWallClock(100);
            hands.forward('tick', time, time);
          }),
      });
      driver.produce('in', { key: 'a', value: 1, timestamp: 0 });
      await driver.advanceWallClock(100);
      assert.ok(output().includes(1));
    });

    it('are called between the records of one poll', async () => {
      const script: Script = {
        ...ticking(100, 'wallClockTime'),
        process: (hands, key, value, timestamp) => {
          if (value === 600) driver.moveWallClock(100);
          hands.forward(key, value, timestamp);
        },
      };
      await create(script);
      driver.produce(
        'in',
        Array.from({ length: 2000 }, (_, n) => ({ key: 'a', value: n, timestamp: 0 })),
      );
      await driver.run();
      const at = output().indexOf('at 100');
      assert.ok(at > 600 && at < 1999, `after ${at} records`);
    });
  });

  it('leave with the commit, also through an operator that holds results until the commit', async () => {
    driver = await TopologyTestDriver.create(
      withScript(ticking(100, 'wallClockTime'), stream =>
        stream
          .groupByKey()
          .count({ as: 'counts' })
          .toStream()
          .mapValues(count => `${count} times`),
      ),
      { autoCommit: false },
    );
    await driver.advanceWallClock(100);
    await driver.advanceWallClock(100);
    assert.deepEqual(output(), []);
    await driver.commit();
    assert.deepEqual(output(), ['at 2 times']);
  });

  it('end where they are cancelled, and begin where they are scheduled', async () => {
    await create({
      process: (hands, _key, value, timestamp) => {
        let left = Number(value);
        const schedule = hands.schedule(10, 'wallClockTime', () => {
          hands.forward('tick', left, timestamp);
          if (--left === 0) schedule.cancel();
        });
      },
    });
    await send(2, 0);
    for (let n = 0; n < 4; n++) await driver.advanceWallClock(10);
    assert.deepEqual(output(), ['at 2', 'at 1']);
  });

  it('refuse an interval below a millisecond', async () => {
    await create({ process: hands => void hands.schedule(0, 'streamTime', () => {}) });
    await assert.rejects(send(1, 0), /at least 1 ms, not 0/);
  });

  it('are awaited where they return a promise', async () => {
    await create({
      init: hands => {
        hands.schedule(100, 'streamTime', async time => {
          await immediate();
          hands.forward('tick', `first at ${time}`, time);
        });
        hands.schedule(100, 'streamTime', time => hands.forward('tick', `second at ${time}`, time));
      },
      process: (hands, key, value, timestamp) => hands.forward(key, value, timestamp),
    });
    await send(1, 0);
    await send(2, 1);
    assert.deepEqual(output(), [1, 'at first at 0', 'at second at 0', 2]);
  });

  it('have errors that the processing handler decides about', async () => {
    const contexts: ErrorContext[] = [];
    const failing: Script = {
      init: hands => {
        hands.schedule(100, 'streamTime', () => {
          throw new Error('not now');
        });
        hands.schedule(100, 'streamTime', time => hands.forward('tick', time, time));
      },
      process: () => {},
    };
    await create(failing, {
      deadLetterTopic: 'rejected',
      processingExceptionHandler: (error, context) => {
        contexts.push(context);
        return resumeOnError(error, context);
      },
    });
    await send(1, 50);
    assert.deepEqual(contexts, [
      { phase: 'processing', node: 'script', taskId: '0_0', record: null, recordMetadata: undefined, input: null },
    ]);
    assert.deepEqual(output(), ['at 50']);
    assert.equal(driver.readOutput('rejected').length, 1);
    assert.equal(driver.counts[0]?.failedResults, 1);
    assert.equal(driver.counts[0]?.rejected, 0);
    await driver.close();

    await create(failing);
    await assert.rejects(send(1, 50), /processing failed at script: not now/);
  });

  for (const point of CRASH_POINTS) {
    it(`have their effect once with their transaction: ${point}`, async () => {
      /** The state has how many punctuations there were, and what the last one has forwarded. */
      const script: Script = {
        init: hands => void hands.schedule(100, 'streamTime', time => count(hands, time)),
        process: () => {},
      };
      await create(script, { autoCommit: false });
      driver.produce('in', { key: 'a', value: 1, timestamp: 50 });
      await driver.run();
      driver.crashAt(point);
      await driver.commit();
      await driver.run();
      await driver.commit();
      driver.produce('in', { key: 'a', value: 2, timestamp: 150 });
      await driver.run();
      await driver.commit();
      const ticks = output();
      assert.deepEqual(ticks, ticks.length === 2 ? ['at 50:1', 'at 150:2'] : ['at 50:1', 'at 50:2', 'at 150:3']);
    });
  }
});

function count(hands: Hands, time: number): void {
  const calls = (hands.rows.get('calls')?.value ?? 0) + 1;
  hands.rows.put('calls', calls, time);
  hands.forward('tick', `${time}:${calls}`, time);
}

describe('punctuations of an application whose wall clock is set back by an hour', () => {
  it('go on', async () => {
    const app = new TestApplication();
    app.createTopics();
    app.start({}, withScript(ticking(1000, 'wallClockTime')));
    app.send(1);
    await app.until(() => app.output().includes('1'));
    app.clock.stepMs = -HOUR_MS;
    app.clock.aheadMs += 1000;
    await app.until(() => app.output().length > 1);
    await app.close();
  });
});
