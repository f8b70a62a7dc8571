import assert from 'node:assert/strict';
import { durationMs } from '../../producer/duration.js';

describe('durationMs', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ] as const) {
    it(`of ${text} is ${ms}`, () => assert.equal(durationMs(text), ms));
  }
  for (const text of ['', '60', 's', '-1s', '0s', '1 s', '1w', '1e3s', '60sec']) {
    it(`of "${text}" is undefined`, () => assert.equal(durationMs(text), undefined));
  }
});
