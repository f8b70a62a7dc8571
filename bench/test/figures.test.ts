import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Measurement, median, ratios, summarize } from '../measure/figures.js';
import { percentile } from '../measure/percentile.js';
import { lastToFirst } from '../measure/progress.js';

function measurement(peer: string, value: number): Measurement {
  return {
    peer,
    wallSeconds: value,
    recordsPerSecond: value,
    cpuSeconds: value,
    brokerCpuSeconds: value,
    peakRssBytes: value,
    firstOutputSeconds: value,
    internalBytes: value,
    outputBytes: value,
    lastToFirst: value,
  };
}

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it('is a value at or above which no more than the rest lie', () => {
    assert.equal(percentile(hundred, 50), 50);
    assert.equal(percentile(hundred, 99), 99);
    assert.equal(percentile(hundred, 100), 100);
    assert.equal(percentile([7], 99), 7);
    assert.equal(percentile([1, 2, 3], 99), 3);
  });

  it('of nothing is no number', () => assert.ok(Number.isNaN(percentile([], 99))));
});

describe('figures of several runs', () => {
  it('have the median, which one slow run does not move', () => {
    assert.equal(median([3, 100, 1]), 3);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });

  it('are summarized for each peer by itself, in the order of the first runs', () => {
    const runs = [measurement('b', 1), measurement('a', 10), measurement('b', 3), measurement('a', 30)];
    const summaries = summarize([...runs, measurement('b', 2)]);
    assert.deepEqual(summaries, [
      { ...measurement('b', 2), runs: 3 },
      { ...measurement('a', 20), runs: 2 },
    ]);
  });

  it('are compared as so much for each one of the other', () => {
    assert.match(ratios(measurement('ours', 3), measurement('theirs', 2)), /records\/s 1\.50, CPU seconds 1\.50/);
  });
});

describe('the rate of the last part to that of the first', () => {
  const looks = (...records: readonly number[]) => records.map((count, index) => ({ at: index * 100, records: count }));

  it('is 1 for a steady rate, however long the start was', () => {
    assert.equal(lastToFirst(looks(0, 0, 0, 20, 40, 60, 80, 100, 100), 100), 1);
  });

  it('is a half where the last fifth took twice as long', () => {
    assert.equal(lastToFirst(looks(0, 20, 40, 60, 80, 90, 100), 100), 0.5);
  });

  it('takes a million where there are more than five', () => {
    const million = 1_000_000;
    const even = Array.from({ length: 11 }, (_, index) => index * million);
    assert.equal(lastToFirst(looks(...even, 10.5 * million, 11 * million), 11 * million), 0.5);
  });

  it('is no number where nothing was seen', () => assert.ok(Number.isNaN(lastToFirst([], 100))));
});
