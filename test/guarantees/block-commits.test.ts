import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import type { TopologyTestDriverOptions } from '../../streams/testing/index.js';
import { Gate, waitingAt } from '../runtime/waiting-script.js';
import { entriesOf, transactionsOf } from './block-entries.js';
import { MovingDriver, numbered, partitionOf } from './moving-driver.js';
import { movingTopology } from './moving-topology.js';

describe('a block of a repartition topic', () => {
  let moving: MovingDriver;

  beforeEach(() => {
    moving = new MovingDriver();
  });

  afterEach(() => moving.close());

  it('is committed as a whole, though a slice of the work ends within it', async () => {
    await moving.start({ commitInterval: 0 });
    const values = numbered(1700).map(value => `${value} ${'x'.repeat(70)}`);
    moving.produce(...values);
    await moving.moveAndCommit();
    await moving.moveAndCommit();
    const transactions = transactionsOf(moving.driver.readRecords('out'));
    assert.deepEqual([...transactions.keys()], values);
    const blocks = moving
      .moved()
      .filter(({ headers }) => kindOf(headers) === 'block')
      .map(({ value }) => entriesOf(value).filter(entry => entry !== 'time'));
    assert.ok(blocks.some(entries => entries.length > 1));
    for (const entries of blocks) assert.equal(new Set(entries.map(entry => transactions.get(entry))).size, 1);
    assert.ok(new Set(transactions.values()).size > 1);
  });

  it('is not there before a processor that may wait, so that a commit waits for one step of a task', async () => {
    const gate = new Gate();
    await moving.start({}, movingTopology({ ...waitingAt(gate), mayWait: true }));
    moving.produce(...numbered(5));
    await moving.moveAndCommit();
    for (let n = 0; n < 5; n++) await moving.driver.step();
    const committed = moving.driver.commit();
    gate.open();
    await committed;
    assert.deepEqual(moving.out(), ['a:0']);
    assert.ok(moving.moved().every(({ headers }) => kindOf(headers) !== 'block'));
    await gate.opening(moving.driver.run());
    await gate.opening(moving.driver.commit());
    assert.deepEqual(moving.out(), numbered(5).slice(1));
  });

  describe('whose step waits', () => {
    let gate: Gate;
    let resumed: unknown[];

    /** A step of the first entry of a block of five waits. */
    async function startInBlock(options: TopologyTestDriverOptions = {}): Promise<void> {
      gate = new Gate();
      resumed = [];
      await moving.start(options, movingTopology(waitingAt(gate, resumed)));
      moving.produce(...numbered(5));
      // With at_least_once, the block is sent before the commit.
      if (options.processingGuarantee === undefined) await moving.moveAndCommit();
      for (let n = 0; n < 5; n++) await moving.driver.step();
      assert.equal(gate.waiting, 1);
    }

    it('is processed to the end of the block before it is committed', async () => {
      await startInBlock();
      await gate.opening(moving.driver.commit());
      assert.deepEqual(moving.out(), numbered(5));
    });

    for (const [what, happens, times] of [
      ['a crash', () => moving.driver.crash(), 1],
      ['a rebalance', () => moving.driver.rebalance(), 1],
      [
        'a rebalance after a commit',
        async () => (await moving.driver.commit()) && (await moving.driver.rebalance()),
        1,
      ],
      [
        'an abort',
        async () => {
          moving.driver.failNextCommit('abort');
          await moving.driver.commit();
        },
        2,
      ],
    ] as const) {
      it(`is processed once, or undone, after ${what}`, async () => {
        await startInBlock();
        await gate.opening(Promise.resolve(happens()));
        await gate.opening(moving.driver.run());
        await gate.opening(moving.driver.commit());
        assert.deepEqual(moving.out(), numbered(5));
        assert.equal(resumed.length, 5 * times);
      });
    }

    it('is delivered once with at_least_once, where a rebalance comes', async () => {
      await startInBlock({ processingGuarantee: 'at_least_once' });
      await gate.opening(moving.driver.commit());
      await gate.opening(moving.driver.rebalance());
      await gate.opening(moving.driver.run());
      await gate.opening(moving.driver.commit());
      assert.deepEqual(moving.out(), numbered(5));
    });

    it('holds no other task up while the commit waits for the block', async () => {
      await startInBlock({ commitInterval: 100 });
      const processed = (): number => moving.driver.counts.reduce((sum, { in: read }) => sum + (read.in ?? 0), 0);
      moving.driver.moveWallClock(100);
      for (let n = 1; n < 5; n++) {
        gate.open();
        moving.produce(`b:${n}`, `a:${n}`);
        await moving.driver.step();
        await moving.driver.step();
        assert.equal(gate.waiting, 1);
        assert.deepEqual(moving.out(), []);
      }
      assert.equal(processed(), 5 + 8);
      gate.open();
      await gate.opening(moving.driver.run());
      assert.deepEqual(moving.out().slice(0, 5), numbered(5));
    });

    it('holds no other task up where two tasks are within a block', async () => {
      gate = new Gate();
      await moving.start({ commitInterval: 100 }, movingTopology(waitingAt(gate)));
      const other = ['b', 'c', 'd', 'e'].find(key => partitionOf(key) !== partitionOf('a'));
      moving.produce('a:0', ...numbered(3, other));
      await moving.moveAndCommit();
      for (let n = 0; n < 5; n++) await moving.driver.step();
      assert.equal(gate.waiting, 2);
      moving.driver.moveWallClock(100);
      gate.open();
      gate.open();
      await moving.driver.step();
      await moving.driver.step();
      assert.equal(gate.waiting, 1);
      assert.deepEqual(moving.out(), []);
      await gate.opening(moving.driver.run());
      assert.equal(moving.out().length, 4);
    });
  });
});
