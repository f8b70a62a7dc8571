import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PollSize } from '../../../streams/runtime/input/poll-size.js';
import { record } from '../scripted-consumer.js';

const batch = (count: number, length: number) =>
  Array.from({ length: count }, (_, offset) => record('t', 0, offset, null, 'v'.repeat(length)));

describe('the size of a poll', () => {
  it('is the most that is allowed while that fits', () => {
    const size = new PollSize(4000, 8_000_000);
    assert.equal(size.records, 4000);
    size.polled(batch(4000, 100));
    assert.equal(size.records, 4000);
  });

  it('is as many records as fit where they are as large as the last ones', () => {
    const size = new PollSize(4000, 8_000_000);
    size.polled(batch(3, 1_000_000));
    assert.equal(size.records, 7);
    size.polled([]);
    assert.equal(size.records, 7);
    size.polled(batch(7, 100));
    assert.equal(size.records, 4000);
  });

  it('is one record where not even that fits', () => {
    const size = new PollSize(4000, 1000);
    size.polled(batch(2, 1_000_000));
    assert.equal(size.records, 1);
  });
});
