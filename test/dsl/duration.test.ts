import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { milliseconds } from '../../streams/dsl/windows/duration.js';
import { TimeWindows } from '../../streams/index.js';

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
