import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows } from '../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';
import { type Script, scripted, withScript } from '../runtime/scripted-processor.js';
import { counting, Gate, LEFT, RIGHT, turns, waitingAt } from '../runtime/waiting-script.js';
import { rowName } from './pipeline.js';

describe('a step that waits', () => {
  let driver: TopologyTestDriver;
  let gate: Gate;

  beforeEach(() => {
    gate = new Gate();
  });

  afterEach(() => driver.close());

  async function create(script: Script, options: TopologyTestDriverOptions = {}): Promise<void> {
    driver = await TopologyTestDriver.create(withScript(script), { autoCommit: false, ...options });
  }

  const produce = (key: string, ...values: unknown[]): void =>
    driver.produce(
      'in',
      values.map(value => ({ key, value, timestamp: 0 })),
    );

  const output = (): unknown[] => driver.readOutput('out').map(({ value }) => value);

  async function steps(times = 5): Promise<void> {
    for (let n = 0; n < times; n++) await driver.step();
  }

  describe('and the commit', () => {
    it('waits for it, and has all of its record', async () => {
      await create({
        ...waitingAt(gate),
        init: hands => void hands.schedule(10, 'streamTime', time => hands.forward('a', `at ${time}`, time)),
      });
      produce(LEFT, 1);
      await steps();
      let committed = false;
      const committing = driver.commit().then(() => {
        committed = true;
      });
      await turns();
      assert.ok(!committed);
      await gate.opening(committing);
      assert.deepEqual(output(), [1, 'at 0']);
      await driver.crash();
      assert.equal(gate.waiting, 0);
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
      driver = await TopologyTestDriver.create(scripted(builder.build(), { script: waitingAt(gate) }), {
        autoCommit: false,
        partitions: 2,
      });
      produce(LEFT, 1, 2, 3);
      await driver.run();
      await gate.opening(driver.commit());
      // Crossing to the other partition takes another transaction.
      await driver.run();
      await driver.commit();
      assert.deepEqual(
        driver.readOutput('out').map(({ key, value }) => [key, value]),
        [['3', 1]],
      );
    });

    it('puts no task off whose records need not wait', async () => {
      await create(waitingAt(gate), { partitions: 2, commitInterval: 100 });
      produce(LEFT, 1);
      await steps();
      driver.moveWallClock(100);
      for (let n = 0; n < 5; n++) {
        produce(RIGHT, n);
        await steps();
      }
      assert.equal(
        driver.counts.reduce((sum, { in: read }) => sum + (read.in ?? 0), 0),
        6,
      );
      assert.deepEqual(output(), []);
      gate.open();
      await steps();
      assert.deepEqual(output().sort(), [0, 1, 1, 2, 3, 4]);
    });

    it('does not keep the failure of the previous one waiting', async () => {
      const resumed: unknown[] = [];
      await create(waitingAt(gate, resumed), { partitions: 2, commitInterval: 100, commitTurns: 2 });
      produce(RIGHT, 1);
      await steps();
      driver.failNextCommit('abort');
      driver.moveWallClock(100);
      await driver.step();
      produce(LEFT, 2);
      await steps();
      // The step of the aborted task, and the one that is started again.
      assert.equal(gate.waiting, 2);
      await gate.opening(driver.run());
      await driver.commit();
      assert.deepEqual(resumed, [2]);
      assert.deepEqual(output().sort(), [1, 2]);
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
              async () => driver.moveWallClock(10),
              () => hands.forward('tick', time, time),
            );
          }),
        process() {},
      };
      await create(script, { commitInterval: 100 });
      driver.moveWallClock(10);
      while (output().length === 0) await driver.step();
    });
  });

  describe('of a transaction that another task aborts', () => {
    it('has no effect any more, and its record is processed again', async () => {
      const resumed: unknown[] = [];
      let fails = true;
      const script: Script = {
        process(hands, key, value, timestamp) {
          if (key === RIGHT && fails) throw new Error('not now');
          waitingAt(gate, resumed).process(hands, key, value, timestamp);
        },
      };
      await create(script, { partitions: 2, processingExceptionHandler: () => 'retry' });
      produce(LEFT, 1);
      await steps();
      produce(RIGHT, 2);
      await steps(2);
      fails = false;
      // Of the aborted task.
      gate.open();
      await steps();
      assert.deepEqual(resumed, []);
      assert.equal(gate.waiting, 1);
      gate.open();
      await driver.run();
      await driver.commit();
      assert.deepEqual(resumed, [1]);
      assert.deepEqual(output().sort(), [1, 2]);
    });
  });

  it('has no effect after its process has died', async () => {
    const resumed: unknown[] = [];
    await create(waitingAt(gate, resumed));
    produce(LEFT, 1);
    await steps();
    const crashed = driver.crash();
    await turns();
    gate.open();
    await turns();
    assert.deepEqual(resumed, []);
    await gate.opening(crashed);
    await driver.commit();
    assert.deepEqual(resumed, [1]);
    assert.deepEqual(output(), [1]);
  });

  it('ends before its task is revoked', async () => {
    const resumed: unknown[] = [];
    await create(waitingAt(gate, resumed));
    produce(LEFT, 1, 2);
    await steps();
    await gate.opening(driver.rebalance());
    assert.deepEqual(resumed, [1, 2]);
    await driver.commit();
    assert.deepEqual(output(), [1, 2]);
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
    driver = await TopologyTestDriver.create(scripted(builder.build(), { script: waitingAt(gate) }), {
      idleTimeout: 1000,
    });
    driver.produce('in', { key: LEFT, value: 1, timestamp: 0 });
    await steps();
    driver.moveWallClock(10_000);
    await steps();
    await gate.opening(driver.run());
    await gate.opening(driver.endInput());
    assert.equal(driver.counts[0]?.late, 0);
    assert.deepEqual(output(), [1]);
  });

  it('has its effect exactly once, whatever happens', async () => {
    const action = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('produce' as const), records: fc.integer({ min: 1, max: 5 }) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('step' as const), times: fc.integer({ min: 1, max: 6 }) }),
      },
      fc.record({ kind: fc.constant('commit' as const) }),
      fc.record({ kind: fc.constant('crash' as const) }),
      fc.record({ kind: fc.constant('rebalance' as const) }),
      fc.record({ kind: fc.constant('failNextCommit' as const) }),
      fc.record({ kind: fc.constant('crashAt' as const), point: fc.constantFrom(...CRASH_POINTS) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        async (actions, partitions) => {
          driver = await TopologyTestDriver.create(withScript(counting), {
            autoCommit: false,
            partitions,
            commitTurns: 2,
          });
          let produced = 0;
          for (const next of actions) {
            if (next.kind === 'produce') {
              for (let n = 0; n < next.records; n++) produce(`key-${produced % 7}`, `value-${produced++}`);
            } else if (next.kind === 'step') await steps(next.times);
            else if (next.kind === 'commit') await driver.commit();
            else if (next.kind === 'crash') await driver.crash();
            else if (next.kind === 'rebalance') await driver.rebalance();
            else if (next.kind === 'failNextCommit') driver.failNextCommit('abort');
            else driver.crashAt(next.point);
          }
          do await driver.run();
          while (!(await driver.commit()));
          await driver.run();
          const results = driver.readOutput('out').map(({ value }) => String(value));
          await driver.close();
          assert.equal(new Set(results.map(result => result.split(':')[0])).size, produced);
          for (let partition = 0; partition < partitions; partition++) {
            const counts = results
              .filter(result => result.endsWith(` of ${partition}`))
              .map(result => Number(result.split(/[ :]+/)[1]));
            assert.deepEqual(
              counts,
              counts.map((_, i) => i + 1),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
