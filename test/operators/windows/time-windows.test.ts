import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { TimeWindows } from '../../../streams/index.js';

const hopping = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 10_000 }))
  .map(([size, parts, grace]) => TimeWindows.of({ size, advanceBy: Math.max(1, Math.ceil(size / parts)), grace }));

const tumbling = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 10_000 }))
  .map(([size, grace]) => TimeWindows.of({ size, grace }));

/** Around the epoch, where windows are cut off, and today. */
const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 12_000 }),
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
);

function startsFor(windows: TimeWindows, time: number): number[] {
  const starts: number[] = [];
  for (let start = windows.firstStartFor(time); start <= time; start += windows.advanceMs) starts.push(start);
  return starts;
}

describe('time windows', () => {
  it('of a timestamp are all those that hold it and start at a multiple of the advance, not before 0, ascending', () => {
    fc.assert(
      fc.property(hopping, timestamp, (windows, time) => {
        const { sizeMs, advanceMs } = windows;
        const expected: number[] = [];
        const last = Math.floor(time / advanceMs) * advanceMs;
        for (let start = last; start >= 0 && start + sizeMs > time; start -= advanceMs) expected.unshift(start);
        assert.deepEqual(startsFor(windows, time), expected);
        assert.equal(windows.firstStartFor(time), expected[0]);
      }),
    );
  });

  it('reach from their start, included, to their end, not included', () => {
    fc.assert(
      fc.property(hopping, timestamp, (windows, time) => {
        for (const window of startsFor(windows, time).map(start => windows.windowAt(start))) {
          assert.equal(window.end - window.start, windows.sizeMs);
          assert.ok(window.start <= time && time < window.end);
          assert.ok(startsFor(windows, window.start).includes(window.start));
          assert.ok(!startsFor(windows, window.end).includes(window.start));
        }
      }),
    );
  });

  it('that tumble hold every timestamp once', () => {
    fc.assert(
      fc.property(tumbling, timestamp, (windows, time) => {
        assert.deepEqual(startsFor(windows, time), [time - (time % windows.sizeMs)]);
      }),
    );
  });

  it('leave gaps to none: hopping windows that advance by less than their size overlap', () => {
    fc.assert(
      fc.property(hopping, timestamp, (windows, time) => {
        assert.ok(startsFor(windows, time).length >= 1);
        assert.ok(startsFor(windows, time).length <= Math.ceil(windows.sizeMs / windows.advanceMs));
      }),
    );
  });

  it('take durations with units, and are frozen', () => {
    const windows = TimeWindows.of({ size: '1m', grace: '500ms', advanceBy: '10s' });
    const { sizeMs, graceMs, advanceMs, closeOnIdle } = windows;
    assert.deepEqual(
      { sizeMs, graceMs, advanceMs, closeOnIdle },
      { sizeMs: 60_000, graceMs: 500, advanceMs: 10_000, closeOnIdle: false },
    );
    assert.ok(Object.isFrozen(windows));
    assert.equal(TimeWindows.of({ size: '1h', grace: '1d' }).advanceMs, 3_600_000);
  });

  it('refuse a size, an advance or a grace that makes no sense, by name', () => {
    assert.throws(() => TimeWindows.of({ size: 0, grace: 0 }), /^TypeError: size of TimeWindows: must be above 0/);
    assert.throws(() => TimeWindows.of({ size: 10, advanceBy: 0, grace: 0 }), /^TypeError: advanceBy of TimeWindows/);
    assert.throws(() => TimeWindows.of({ size: 10, advanceBy: 11, grace: 0 }), /^TypeError: advanceBy of TimeWindows/);
    assert.throws(
      () => TimeWindows.of({ size: 10, grace: -1 }),
      /^TypeError: grace of TimeWindows: -1 is not a duration/,
    );
    assert.throws(() => TimeWindows.of({ size: 1.5, grace: 0 }), /^TypeError: size of TimeWindows: 1.5 is not/);
    assert.throws(() => TimeWindows.of({ size: 10, grace: Number.NaN }), /^TypeError: grace of TimeWindows/);
  });
});
