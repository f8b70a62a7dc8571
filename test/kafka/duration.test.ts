import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TimeWindows } from '../../streams/index.js';
import { milliseconds, parseDuration } from '../../streams/kafka/duration.js';

describe('the milliseconds of a duration', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5m', 90_000],
    ['1.1h', 3_960_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ] as const) {
    it(`of ${text} are ${ms}`, () => assert.equal(parseDuration(text), ms));
  }
  for (const text of ['', '60', 's', '-1s', '1 s', '1w', '1e3s', '60sec', '0.5ms']) {
    it(`of "${text}" are undefined`, () => assert.equal(parseDuration(text), undefined));
  }
});

describe('what is no duration', () => {
  for (const [value, shown] of [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [-1, '-1'],
    [1.5, '1.5'],
  ] as const) {
    it(`${shown} is shown as it is`, () => {
      const message = `size: ${shown} is not a duration such as '60s', '500ms' or 60000`;
      assert.throws(() => milliseconds(value, 'size'), { name: 'TypeError', message });
      assert.throws(
        () => TimeWindows.of({ size: value, grace: 0 }),
        new RegExp(`size of TimeWindows: ${shown} is not`),
      );
    });
  }
});
