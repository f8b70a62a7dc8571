import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { JoinWindows, TimeWindows } from '../../streams/index.js';
import { AsyncDriver, type Declare } from '../operators/async/async-driver.js';

const WINDOWS = TimeWindows.of({ size: 10, grace: 0 });

describe('the event time after an asynchronous operator', () => {
  let tested: AsyncDriver;

  beforeEach(() => {
    tested = new AsyncDriver();
  });

  afterEach(() => tested.close());

  const late = (): number => tested.driver.counts.reduce((sum, counts) => sum + counts.late, 0);

  /** Counts the records of each window, by the start of the window. */
  const counting =
    (declare: Declare, caching = true): Declare =>
    input =>
      declare(input)
        .selectKey(() => 'all')
        .groupByKey()
        .windowedBy(WINDOWS)
        .count({ as: 'counts', caching })
        .toStream(({ window }) => String(window.start));

  const lastOutput = (): Record<string, unknown> =>
    Object.fromEntries(tested.driver.readOutput('out').map(({ key, value }) => [key, value]));

  for (const caching of [true, false]) {
    const how = caching ? 'combined before it moves' : 'in the partition of its new key';

    it(`does not pass a record whose result comes after those of other keys, ${how}`, async () => {
      await tested.create(counting(tested.asking({ order: 'key' }), caching));
      tested.produce('a1', 'b30');
      await tested.steps();
      tested.remote.answer('b30');
      await tested.steps();
      tested.remote.answer('a1');
      await tested.steps();
      await tested.driver.commit();
      assert.equal(late(), 0);
      assert.deepEqual(lastOutput(), { 0: 1, 30: 1 });
      // Once all have a result, time has passed.
      tested.produce('a2');
      await tested.steps();
      await tested.committed();
      assert.equal(late(), 1);
    });

    it(`does not pass a record by those that take another way, ${how}`, async () => {
      await tested.create(
        counting(input => {
          const { slow, fast } = input
            .split()
            .branch('slow', key => key === 'a')
            .defaultBranch('fast');
          return tested.asking()(slow).merge(fast);
        }, caching),
      );
      tested.produce('a1', 'b30');
      await tested.steps();
      tested.remote.answer('a1');
      await tested.steps();
      await tested.driver.commit();
      assert.equal(late(), 0);
      assert.deepEqual(lastOutput(), { 0: 1, 30: 1 });
    });
  }

  it('does not pass a record in flight while the input is silent', async () => {
    const closing = TimeWindows.of({ size: 10, grace: 0, closeOnIdle: true });
    await tested.create(
      input =>
        tested
          .asking()(input)
          .groupByKey()
          .windowedBy(closing)
          .count({ as: 'counts' })
          .toStream(({ window }) => String(window.start)),
      { idleTimeout: 5000 },
    );
    tested.produce('a1');
    await tested.steps();
    tested.driver.moveWallClock(20_000);
    await tested.steps();
    tested.remote.answer('a1');
    await tested.steps();
    await tested.driver.commit();
    assert.equal(late(), 0);
    assert.deepEqual(lastOutput(), { 0: 1 });
    tested.driver.moveWallClock(20_000);
    await tested.steps();
    tested.produce('a2');
    await tested.steps();
    await tested.committed();
    assert.equal(late(), 1);
  });

  it('is announced to other tasks only up to the results that were sent', async () => {
    await tested.create(input => counting(stream => stream)(tested.asking()(input) as typeof input).mapValues(String), {
      partitions: 3,
    });
    tested.produce('a1', 'b2', 'c3', 'd30', 'e31', 'f32', 'g33');
    for (let n = 0; n < 4; n++) {
      await tested.remote.answering(tested.driver.run());
      await tested.driver.commit();
    }
    assert.equal(late(), 0);
    assert.deepEqual(lastOutput(), { 0: '3', 30: '4' });
  });

  it('lets a join with the records themselves find them', async () => {
    await tested.create(input =>
      tested
        .asking({ order: 'key' })(input)
        .join(input, (left, right) => `${String(left)} ${right}`, JoinWindows.of({ timeDifference: 1, grace: 0 }), {
          as: 'joined',
        }),
    );
    tested.produce('a1', 'b30', 'b90');
    await tested.steps();
    for (const value of ['b30', 'a1', 'b90']) {
      tested.remote.answer(value);
      await tested.steps();
    }
    await tested.driver.commit();
    assert.equal(late(), 0);
    assert.deepEqual(tested.output().sort(), ['a1! a1', 'b30! b30', 'b90! b90']);
  });

  it('lets a window be late by its grace only, as without the operator', async () => {
    await tested.create(counting(tested.asking()));
    tested.produce('a1', 'a30', 'a2');
    await tested.steps();
    await tested.committed();
    assert.equal(late(), 1);
  });
});
