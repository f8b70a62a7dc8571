import assert from 'node:assert/strict';
import { progressLines } from '../../producer/progress.js';

describe('progressLines', () => {
  it('writes a line every five seconds, with the share where it is known', () => {
    const lines: string[] = [];
    const clock = { time: 0, monotonic: () => clock.time };
    const progress = progressLines(line => lines.push(line), clock);
    for (const [time, sent, fraction] of [
      [1_000, 10, 0.1],
      [5_000, 50, 0.505],
      [6_000, 60, 0.6],
      [10_000, 90, undefined],
    ] as const) {
      clock.time = time;
      progress.update({ sent, fraction });
    }
    assert.deepEqual(lines, ['50 records (50%), 10/s', '90 records, 9/s']);
  });
});
