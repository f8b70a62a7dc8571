import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import { CRASH_POINTS } from '../../streams/testing/simulated-process.js';
import { GatedDriver } from '../runtime/gated-driver.js';
import { type Script, scripted, withScript } from '../runtime/scripted-processor.js';
import { counting, countingIn, LEFT, RIGHT, turns, waitingAt } from '../runtime/waiting-script.js';
import { entriesOf, transactionsOf } from './block-entries.js';
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

  it('has its effect exactly once, whatever happens', () => hasItsEffectOnce(withScript(counting), 5));

  it('has its effect exactly once behind a repartition topic, and no commit falls within a block', async () => {
    let largest = 0;
    await hasItsEffectOnce(afterRepartition(countingIn(3)), 20, records => {
      const transactions = transactionsOf(records.map(record => ({ ...record, value: Buffer.from(originOf(record)) })));
      for (const { headers, value } of gated.driver.readRecords('test-moved-repartition')) {
        if (kindOf(headers) !== 'block') continue;
        const entries = entriesOf(value).filter(entry => entry !== 'time');
        const committed = new Set(entries.map(entry => transactions.get(String(JSON.parse(entry)))));
        assert.equal(committed.size, 1);
        largest = Math.max(largest, entries.length);
      }
    });
    assert.ok(largest > 3, `the largest block had ${largest} entries`);
  });

  /** `check` gets the results. */
  async function hasItsEffectOnce(
    topology: Topology,
    maxRecords: number,
    check: (results: readonly ConsumerRecord[]) => void = () => {},
  ): Promise<void> {
    const action = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('produce' as const),
          records: fc.integer({ min: 1, max: maxRecords }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('step' as const), times: fc.integer({ min: 1, max: 6 }) }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
      fc.record({ kind: fc.constant('crash' as const) }),
      fc.record({ kind: fc.constant('rebalance' as const) }),
      fc.record({ kind: fc.constant('failNextCommit' as const) }),
      fc.record({ kind: fc.constant('crashAt' as const), point: fc.constantFrom(...CRASH_POINTS) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 20, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        async (actions, partitions) => {
          await gated.run(topology, {
            autoCommit: false,
            partitions,
            commitTurns: 2,
          });
          let produced = 0;
          for (const next of actions) {
            if (next.kind === 'produce') {
              for (let n = 0; n < next.records; n++) gated.produce(`key-${produced % 7}`, `value-${produced++}`);
            } else if (next.kind === 'step') await gated.steps(next.times);
            else if (next.kind === 'commit') await gated.driver.commit();
            else if (next.kind === 'crash') await gated.driver.crash();
            else if (next.kind === 'rebalance') await gated.driver.rebalance();
            else if (next.kind === 'failNextCommit') gated.driver.failNextCommit('abort');
            else gated.driver.crashAt(next.point);
          }
          // What moves to another partition takes a second transaction.
          for (let transactions = 0; transactions < 2; transactions++) {
            do await gated.driver.run();
            while (!(await gated.driver.commit()));
          }
          await gated.driver.run();
          const records = gated.driver.readRecords('out');
          check(records);
          await gated.driver.close();
          assert.equal(new Set(records.map(originOf)).size, produced);
          const results = records.map(resultOf);
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
  }
});

function resultOf({ value }: ConsumerRecord): string {
  return String(JSON.parse(String(value)));
}

/** The value of the record that a result is about. */
function originOf(record: ConsumerRecord): string {
  return resultOf(record).split(':')[0] ?? '';
}

/** The script gets the records after they have moved to another partition. */
function afterRepartition(script: Script): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in', { dropNullValues: true })
    .selectKey((_key, value) => value)
    .repartition({ name: 'moved' })
    .peek(() => {}, { name: 'script' })
    .to('out');
  return scripted(builder.build(), { script });
}
