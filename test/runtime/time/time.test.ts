import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  END_OF_TIME,
  NEVER,
  OperatorTime,
  TaskTime,
  type TimeOrigin,
  Watermark,
} from '../../../streams/runtime/time/time.js';

const time = fc.nat(100);

function origin(time: number, upstreamTasks: number): TimeOrigin {
  return { time, upstreamTasks };
}

describe('TaskTime', () => {
  it('is the highest time that it was advanced to, NEVER at first', () => {
    fc.assert(
      fc.property(fc.array(time), times => {
        const task = new TaskTime();
        for (const t of times) task.advance(t);
        assert.equal(task.time, Math.max(NEVER, ...times));
      }),
    );
  });
});

describe('Watermark', () => {
  it('is the lowest of the highest times that each upstream task announced; one not heard of holds it back', () => {
    const announcement = fc.record({ task: fc.nat(3), time });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(announcement), (tasks, announcements) => {
        const watermark = new Watermark(tasks);
        const highest = new Array<number>(tasks).fill(NEVER);
        for (const { task, time } of announcements) {
          watermark.announce(task, time);
          if (task < tasks) highest[task] = Math.max(highest[task] ?? NEVER, time);
          assert.equal(watermark.time, Math.min(...highest));
          assert.deepEqual(watermark.times, highest);
        }
      }),
    );
  });

  it('takes no notice of a task that it has not', () => {
    const watermark = new Watermark(1);
    watermark.announce(1, 50);
    watermark.announce(-1, 50);
    assert.equal(watermark.time, NEVER);
  });
});

describe('OperatorTime', () => {
  const observed = fc.array(time, { minLength: 1 });

  it('fed by one task is its stream time, as in Java', () => {
    fc.assert(
      fc.property(observed, time, (timestamps, taskTime) => {
        const operator = new OperatorTime([origin(taskTime, 1)], false);
        for (const timestamp of timestamps) operator.observe(timestamp);
        assert.equal(operator.inputWatermark, Math.max(...timestamps));
        assert.equal(operator.streamTime, Math.max(...timestamps));
        assert.equal(operator.heldBack, false);
      }),
    );
  });

  it('fed by several tasks is held back by the lowest of their times', () => {
    fc.assert(
      fc.property(observed, time, time, (timestamps, a, b) => {
        const operator = new OperatorTime([origin(a, 2), origin(b, 3), origin(NEVER, 1)], false);
        for (const timestamp of timestamps) operator.observe(timestamp);
        assert.equal(operator.inputWatermark, Math.min(Math.max(...timestamps), a, b));
        assert.equal(operator.heldBack, true);
      }),
    );
  });

  it('with closeOnIdle goes by its origins alone, whatever reached it', () => {
    fc.assert(
      fc.property(fc.array(time), time, time, (timestamps, a, b) => {
        const operator = new OperatorTime([origin(a, 1), origin(b, 2)], true);
        for (const timestamp of timestamps) operator.observe(timestamp);
        assert.equal(operator.inputWatermark, Math.min(a, b));
      }),
    );
  });

  it('follows its origins as they go on', () => {
    const watermark = new Watermark(2);
    const operator = new OperatorTime([watermark], true);
    watermark.announce(0, 10);
    assert.equal(operator.inputWatermark, NEVER);
    watermark.announce(1, 7);
    assert.equal(operator.inputWatermark, 7);
    watermark.announce(1, END_OF_TIME);
    assert.equal(operator.inputWatermark, 10);
  });

  it('has as many upstream tasks as the origin that has most', () => {
    assert.equal(new OperatorTime([origin(0, 1), origin(0, 4), origin(0, 2)], false).upstreamTasks, 4);
  });

  it('is, to what comes after, the time up to which it has emitted all that was due', () => {
    const operator = new OperatorTime([origin(50, 1)], false);
    operator.observe(40);
    assert.equal(operator.time, NEVER);
    operator.advanceOutput(30);
    operator.advanceOutput(20);
    assert.equal(operator.time, 30);
  });

  it('continues from its saved times, also from those of earlier versions', () => {
    const saved = new OperatorTime([origin(50, 1)], false);
    saved.observe(40);
    saved.advanceOutput(30);
    for (const times of [saved.save(), { streamTime: 40, released: 30 }]) {
      const operator = new OperatorTime([origin(50, 1)], false);
      operator.resume(times);
      assert.deepEqual([operator.streamTime, operator.time], [40, 30]);
    }
  });
});
