import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PollSize } from '../../../streams/runtime/input/poll-size.js';
import { bufferedBytes } from '../../../streams/runtime/input/record-queue.js';
import { MAX_BLOCK_BYTES } from '../../../streams/runtime/processors/repartition/block.js';
import { record } from '../scripted-consumer.js';

const batch = (count: number, length: number) =>
  Array.from({ length: count }, (_, offset) => record('t', 0, offset, null, 'v'.repeat(length)));

describe('the size of a poll', () => {
  it('is the most that is allowed while that fits', () => {
    const size = new PollSize(400, 8_000_000, MAX_BLOCK_BYTES);
    assert.equal(size.records, 400);
    size.polled(batch(400, 100));
    assert.equal(size.records, 400);
  });

  it('is as many records as fit where they are as large as the last ones', () => {
    const size = new PollSize(400, 8_000_000, MAX_BLOCK_BYTES);
    size.polled(batch(3, 1_000_000));
    assert.equal(size.records, 7);
    size.polled([]);
    assert.equal(size.records, 7);
    size.polled(batch(7, 100));
    assert.equal(size.records, 400);
  });

  it('is small enough for blocks after small records: they take at most twice the bytes', () => {
    for (const maxBytes of [100_000, 1_000_000, 8_000_000, 100_000_000]) {
      const size = new PollSize(1000, maxBytes, MAX_BLOCK_BYTES);
      size.polled(batch(1000, 100));
      const block = bufferedBytes(record('t', 0, 0, null, 'v'.repeat(MAX_BLOCK_BYTES)));
      assert.ok(size.records * block <= 2 * maxBytes, `${size.records} blocks for ${maxBytes} bytes`);
      size.polled(batch(size.records, MAX_BLOCK_BYTES));
      assert.ok(size.records * block <= maxBytes);
    }
  });

  it('is one record where not even that fits', () => {
    const size = new PollSize(400, 1000, MAX_BLOCK_BYTES);
    size.polled(batch(2, 1_000_000));
    assert.equal(size.records, 1);
  });
});
