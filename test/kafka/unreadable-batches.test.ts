import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { UnreadableBatches } from '../../streams/kafka/unreadable-batches.js';

/** As librdkafka 2.12 logs it. */
function line(topic: string, partition: number, offset: number, codec: number): string {
  const broker = '127.0.0.1:9092/1';
  const what = `Message at offset ${offset} with unsupported compression codec 0x${codec.toString(16)}: message ignored`;
  return `[thrd:${broker}]: ${broker}: ${topic} [${partition}]: ${what}`;
}

describe('batches that the client can not decompress', () => {
  it('have topic, partition, offset, codec and remedy', () => {
    const batches = new UnreadableBatches();
    batches.onLog(line('my.topic', 3, 40, 4));
    const reason =
      "my.topic-3 can't be read on from offset 40: the batch there is compressed with zstd, " +
      'which this build of librdkafka lacks; install libzstd-dev and run npm rebuild node-rdkafka';
    assert.deepEqual(batches.all, [{ topic: 'my.topic', partition: 3, offset: 40, codec: 'zstd', reason }]);
  });

  it('are met once, however often the client fetches them', () => {
    const batches = new UnreadableBatches();
    for (let fetch = 0; fetch < 3; fetch++) batches.onLog(line('t', 0, 40, 4));
    assert.equal(batches.takeMet().length, 1);
    batches.onLog(line('t', 0, 40, 4));
    assert.equal(batches.hasMet, false);
    batches.onLog(line('t', 1, 7, 4));
    assert.deepEqual(
      batches.takeMet().map(({ partition, offset }) => [partition, offset]),
      [[1, 7]],
    );
    assert.equal(batches.all.length, 2);
  });

  it('are met again after the client was assigned again', () => {
    const batches = new UnreadableBatches();
    batches.onLog(line('t', 0, 40, 4));
    batches.clear();
    assert.deepEqual([batches.all, batches.hasMet], [[], false]);
    batches.onLog(line('t', 0, 40, 4));
    assert.equal(batches.takeMet().length, 1);
  });

  it('of a codec that nobody knows yet are named by its number', () => {
    const batches = new UnreadableBatches();
    batches.onLog(line('t', 0, 1, 6));
    assert.equal(batches.all[0]?.codec, 'codec 6');
  });

  it('are not what other lines are about', () => {
    const batches = new UnreadableBatches();
    batches.onLog('[thrd:main]: Topic t changed id from A to B');
    assert.deepEqual(batches.all, []);
  });
});
