import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type AsyncOptions, StreamsBuilder, TopologyError } from '../../../streams/index.js';
import { turns } from '../../runtime/waiting-script.js';
import { AsyncDriver } from './async-driver.js';

describe('an asynchronous operator', () => {
  let tested: AsyncDriver;

  beforeEach(() => {
    tested = new AsyncDriver();
  });

  afterEach(() => tested.close());

  describe('and the order of its results', () => {
    it('has calls of several records in flight, and keeps the order of the partition', async () => {
      await tested.create(tested.asking());
      tested.produce('a1', 'b2', 'a3');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1', 'b2', 'a3']);
      for (const value of ['a3', 'b2', 'a1']) tested.remote.answer(value);
      await tested.steps();
      assert.deepEqual(await tested.committed(), ['a1!', 'b2!', 'a3!']);
    });

    it('keeps the order of each key only, with one call for a key at a time', async () => {
      await tested.create(tested.asking({ order: 'key' }));
      tested.produce('a1', 'b2', 'a3', 'b4');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1', 'b2']);
      tested.remote.answer('b2');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1', 'b4']);
      tested.remote.answer('b4');
      await tested.steps();
      assert.deepEqual(await tested.committed(), ['b2!', 'b4!', 'a1!', 'a3!']);
    });

    it('orders nothing by a null key', async () => {
      await tested.create(tested.asking({ order: 'key' }));
      tested.driver.produce('in', [
        { key: null, value: 'x', timestamp: 0 },
        { key: null, value: 'y', timestamp: 0 },
      ]);
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['x', 'y']);
      tested.remote.answer('y');
      assert.deepEqual(await tested.committed(), ['y!', 'x!']);
    });

    it('orders by keys that are objects or bytes', async () => {
      await tested.create(input =>
        input
          .map((key, value) => ({ key: value === 'c3' ? Buffer.from('a') : { key: key?.slice(0, 1) }, value }))
          .mapValuesAsync(tested.remote.ask, { order: 'key' })
          .selectKey(key => JSON.stringify(key)),
      );
      tested.produce('a1', 'a2', 'c3', 'b4');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1', 'c3', 'b4']);
      assert.deepEqual((await tested.committed()).length, 4);
    });

    it('keeps it between results that are promises and results that are not', async () => {
      await tested.create(input =>
        input.mapValuesAsync((value, key, call) =>
          value.startsWith('a') ? tested.remote.ask(value, key, call) : value,
        ),
      );
      tested.produce('b0', 'a1', 'b2');
      await tested.steps();
      assert.deepEqual(await tested.committed(), ['b0', 'a1!', 'b2']);
    });
  });

  describe('and its bound', () => {
    it('takes no further record while as many as may be have no result', async () => {
      await tested.create(tested.asking({ maxConcurrent: 2 }));
      tested.produce('a1', 'a2', 'a3', 'a4');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1', 'a2']);
      tested.remote.answer('a2');
      await tested.steps();
      // The result of a1 is missing, so that of a2 waits.
      assert.deepEqual(tested.remote.inFlight, ['a1']);
      tested.remote.answer('a1');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a3', 'a4']);
      assert.deepEqual(await tested.committed(), ['a1!', 'a2!', 'a3!', 'a4!']);
    });

    it('has no more calls in flight where one record needs more', async () => {
      await tested.create(input =>
        input
          .flatMapValues(value => ['x', 'y', 'z'].map(part => value + part))
          .mapValuesAsync(tested.remote.ask, { maxConcurrent: 2 }),
      );
      tested.produce('a1', 'a2');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1x', 'a1y']);
      tested.remote.answer('a1y');
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight, ['a1x', 'a1z']);
      assert.deepEqual(await tested.committed(), ['a1x!', 'a1y!', 'a1z!']);
    });

    it('is refused if it is no positive whole number', () => {
      const declare = (options: AsyncOptions) => () =>
        tested.asking(options)(new StreamsBuilder().stream('in', { dropNullValues: true }));
      assert.throws(
        declare({ maxConcurrent: 0 }),
        new TopologyError('maxConcurrent of mapValuesAsync: a positive whole number, not 0'),
      );
      assert.throws(declare({ retries: -1 }), /retries of mapValuesAsync/);
      assert.throws(declare({ timeout: 0 }), /timeout of mapValuesAsync/);
      assert.throws(declare({ retryBackoff: 'soon' as '1s' }), /retryBackoff of mapValuesAsync/);
      assert.throws(declare({ order: 'topic' as 'key' }), /order of mapValuesAsync/);
      assert.throws(
        declare({ timeout: '2m', retries: 2 }),
        new TopologyError('timeout of mapValuesAsync: with 2 retries a record may take 360300 ms, at most are 300000'),
      );
    });
  });

  describe('and the commit', () => {
    it('commits no offset before the results of all records up to it are sent', async () => {
      await tested.create(tested.asking());
      tested.produce('a1', 'a2');
      await tested.steps();
      let isCommitted = false;
      const committing = tested.driver.commit().then(() => {
        isCommitted = true;
      });
      tested.remote.answer('a1');
      await turns();
      assert.ok(!isCommitted);
      await tested.remote.answering(committing);
      assert.deepEqual(tested.output(), ['a1!', 'a2!']);
      await tested.driver.crash();
      assert.deepEqual(tested.remote.inFlight, []);
    });

    it('reads no further record while it is due, in tasks that take turns', async () => {
      await tested.create(tested.asking(), { partitions: 2, commitInterval: 100 });
      const produceBoth = (n: number): void => {
        tested.driver.produce('in', [
          { key: 'key-0', value: `left ${n}`, timestamp: 0 },
          { key: 'key-2', value: `right ${n}`, timestamp: 0 },
        ]);
      };
      produceBoth(1);
      await tested.steps();
      tested.driver.moveWallClock(100);
      produceBoth(2);
      await tested.steps();
      assert.deepEqual(tested.remote.inFlight.length, 2);
      tested.remote.answer('left 1');
      await tested.steps();
      // Its task waits for the commit.
      assert.deepEqual(tested.remote.inFlight, ['right 1']);
      tested.remote.answer('right 1');
      await tested.steps();
      assert.deepEqual(tested.output().sort(), ['left 1!', 'right 1!']);
      assert.deepEqual(tested.remote.inFlight.length, 2);
    });

    it('waits for the calls of results that were held for it', async () => {
      await tested.create(input =>
        input
          .groupByKey()
          .count({ as: 'counts' })
          .toStream()
          .mapValuesAsync((count, key, call) => tested.remote.ask(`${key}${count}`, key, call), { maxConcurrent: 1 }),
      );
      tested.produce('a1', 'a2', 'b3');
      await tested.driver.run();
      assert.deepEqual(tested.remote.calls.length, 0);
      assert.deepEqual((await tested.committed()).sort(), ['a2!', 'b1!']);
    });
  });
});
