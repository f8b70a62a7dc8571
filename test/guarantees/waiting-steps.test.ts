import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows } from '../../streams/index.js';
import { GatedDriver } from '../runtime/gated-driver.js';
import { type Script, scripted } from '../runtime/scripted-processor.js';
import { LEFT, RIGHT, turns, waitingAt } from '../runtime/waiting-script.js';
import { rowName } from './pipeline.js';

describe('a step that waits', () => {
  let gated: GatedDriver;

  beforeEach(() => {
    gated = new GatedDriver();
  });

  afterEach(() => gated.close());

  describe('and the commit', () => {
    it('waits for it, and has all of its record', async () => {
      await gated.create({
        ...waitingAt(gated.gate),
        init: hands => void hands.schedule(10, 'streamTime', time => hands.forward('a', `at ${time}`, time)),
      });
      gated.produce(LEFT, 1);
      await gated.steps();
      let committed = false;
      const committing = gated.driver.commit().then(() => {
        committed = true;
      });
      await turns();
      assert.ok(!committed);
      await gated.gate.opening(committing);
      assert.deepEqual(gated.output(), [1, 'at 0']);
      await gated.driver.crash();
      assert.equal(gated.gate.waiting, 0);
    });

    it('waits for what results that were held for it wait for, before the operators after that send theirs', async () => {
      const builder = new StreamsBuilder();
      builder
        .stream('in')
        .groupByKey()
        .count({ as: 'counts' })
        .toStream()
        .peek(() => {}, { name: 'script' })
        .groupBy((_key, value) => String(value))
        .count({ as: 'again' })
        .toStream()
        .to('out', { valueSerde: Serdes.json() });
      await gated.run(scripted(builder.build(), { script: waitingAt(gated.gate) }), {
        autoCommit: false,
        partitions: 2,
      });
      gated.produce(LEFT, 1, 2, 3);
      await gated.driver.run();
      await gated.gate.opening(gated.driver.commit());
      // Crossing to the other partition takes another transaction.
      await gated.driver.run();
      await gated.driver.commit();
      assert.deepEqual(
        gated.driver.readOutput('out').map(({ key, value }) => [key, value]),
        [['3', 1]],
      );
    });

    it('puts no task off whose records need not wait', async () => {
      await gated.create(waitingAt(gated.gate), { partitions: 2, commitInterval: 100 });
      gated.produce(LEFT, 1);
      await gated.steps();
      gated.driver.moveWallClock(100);
      for (let n = 0; n < 5; n++) {
        gated.produce(RIGHT, n);
        await gated.steps();
      }
      assert.equal(
        gated.driver.counts.reduce((sum, { in: read }) => sum + (read.in ?? 0), 0),
        6,
      );
      assert.deepEqual(gated.output(), []);
      gated.gate.open();
      await gated.steps();
      assert.deepEqual(gated.output().sort(), [0, 1, 1, 2, 3, 4]);
    });

    it('does not keep the failure of the previous one waiting', async () => {
      const resumed: unknown[] = [];
      await gated.create(waitingAt(gated.gate, resumed), { partitions: 2, commitInterval: 100, commitTurns: 2 });
      gated.produce(RIGHT, 1);
      await gated.steps();
      gated.driver.failNextCommit('abort');
      gated.driver.moveWallClock(100);
      await gated.driver.step();
      gated.produce(LEFT, 2);
      await gated.steps();
      // The step of the aborted task, and the one that is started again.
      assert.equal(gated.gate.waiting, 2);
      await gated.gate.opening(gated.driver.run());
      await gated.driver.commit();
      assert.deepEqual(resumed, [2]);
      assert.deepEqual(gated.output().sort(), [1, 2]);
    });
  });

  describe('in a punctuation', () => {
    it('leaves the commit its turn, where the next punctuation is due as soon as the step has ended', async () => {
      let calls = 0;
      const script: Script = {
        init: hands =>
          void hands.schedule(10, 'wallClockTime', time => {
            // An error where no commit ends the turn.
            assert.ok(++calls < 100);
            hands.wait(
              async () => gated.driver.moveWallClock(10),
              () => hands.forward('tick', time, time),
            );
          }),
        process() {},
      };
      await gated.create(script, { commitInterval: 100 });
      gated.driver.moveWallClock(10);
      while (gated.output().length === 0) await gated.driver.step();
    });
  });

  describe('of a transaction that another task aborts', () => {
    it('has no effect any more, and its record is processed again', async () => {
      const resumed: unknown[] = [];
      let fails = true;
      const script: Script = {
        process(hands, key, value, timestamp) {
          if (key === RIGHT && fails) throw new Error('not now');
          waitingAt(gated.gate, resumed).process(hands, key, value, timestamp);
        },
      };
      await gated.create(script, { partitions: 2, processingExceptionHandler: () => 'retry' });
      gated.produce(LEFT, 1);
      await gated.steps();
      gated.produce(RIGHT, 2);
      await gated.steps(2);
      fails = false;
      // Of the aborted task.
      gated.gate.open();
      await gated.steps();
      assert.deepEqual(resumed, []);
      assert.equal(gated.gate.waiting, 1);
      gated.gate.open();
      await gated.driver.run();
      await gated.driver.commit();
      assert.deepEqual(resumed, [1]);
      assert.deepEqual(gated.output().sort(), [1, 2]);
    });
  });

  it('has no effect after its process has died', async () => {
    const resumed: unknown[] = [];
    await gated.create(waitingAt(gated.gate, resumed));
    gated.produce(LEFT, 1);
    await gated.steps();
    const crashed = gated.driver.crash();
    await turns();
    gated.gate.open();
    await turns();
    assert.deepEqual(resumed, []);
    await gated.gate.opening(crashed);
    await gated.driver.commit();
    assert.deepEqual(resumed, [1]);
    assert.deepEqual(gated.output(), [1]);
  });

  it('ends before its task is revoked', async () => {
    const resumed: unknown[] = [];
    await gated.create(waitingAt(gated.gate, resumed));
    gated.produce(LEFT, 1, 2);
    await gated.steps();
    await gated.gate.opening(gated.driver.rebalance());
    assert.deepEqual(resumed, [1, 2]);
    await gated.driver.commit();
    assert.deepEqual(gated.output(), [1, 2]);
  });

  it('holds the time of its task: what it forwards is not late', async () => {
    const windows = TimeWindows.of({ size: 1000, grace: 0, closeOnIdle: true });
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .peek(() => {}, { name: 'script' })
      .groupByKey()
      .windowedBy(windows)
      .emitStrategy('onWindowClose')
      .count({ as: 'counts' })
      .toStream(rowName)
      .to('out', { valueSerde: Serdes.json<number | null>() });
    await gated.run(scripted(builder.build(), { script: waitingAt(gated.gate) }), {
      idleTimeout: 1000,
    });
    gated.driver.produce('in', { key: LEFT, value: 1, timestamp: 0 });
    await gated.steps();
    gated.driver.moveWallClock(10_000);
    await gated.steps();
    await gated.gate.opening(gated.driver.run());
    await gated.gate.opening(gated.driver.endInput());
    assert.equal(gated.driver.counts[0]?.late, 0);
    assert.deepEqual(gated.output(), [1]);
  });
});
