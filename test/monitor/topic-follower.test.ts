import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TopicFollower } from '../../monitor/topic-follower.js';
import type { PolledBatch } from '../../streams/kafka/ports.js';
import { until } from '../integration/until.js';
import { kafkaRecord } from './audit-fixture.js';
import { FakeCluster, TIMED_OUT } from './fake-cluster.js';
import { RecordingLogger } from './recording-logger.js';

describe('the follower of topics', () => {
  let cluster: FakeCluster;
  let follower: TopicFollower;
  let closing: AbortController;
  let running: Promise<void>;
  /** Topic, partition, offset, and whether it is live. */
  let read: [string, number, number, boolean][];
  let resets: string[];

  beforeEach(() => {
    cluster = new FakeCluster();
    read = [];
    resets = [];
    closing = new AbortController();
    follower = new TopicFollower({
      consumer: () => cluster,
      logger: new RecordingLogger(),
      onRecord: ({ topic, partition, offset }, live) => read.push([topic, partition, offset, live]),
      onReset: topic => resets.push(topic),
    });
    running = follower.run(closing.signal);
  });

  afterEach(async () => {
    closing.abort();
    await running;
  });

  const readAll = (count: number): Promise<unknown> =>
    until(
      'all is read',
      5000,
      async () => read.length,
      length => length === count,
    );

  it('is caught up when it met the end of each partition; what comes then is live', async () => {
    follower.follow([{ topic: 'a', incarnation: 1, starts: [0, 5] }]);
    assert.equal(follower.isCaughtUp('a'), false);
    cluster.batches.push(batch([['a', 0, 0]], [['a', 1]]), batch([['a', 0, 1]], [['a', 0]]), batch([['a', 1, 5]], []));
    await readAll(3);
    assert.deepEqual(read, [
      ['a', 0, 0, false],
      ['a', 0, 1, false],
      ['a', 1, 5, true],
    ]);
    assert.equal(follower.isCaughtUp('a'), true);
    assert.deepEqual(cluster.assignments, [
      [
        { topic: 'a', partition: 0, offset: 0 },
        { topic: 'a', partition: 1, offset: 5 },
      ],
    ]);
  });

  it('goes on where it is with the topics that it has when others come', async () => {
    follower.follow([{ topic: 'a', incarnation: 1, starts: [0] }]);
    cluster.batches.push(batch([['a', 0, 7]], [['a', 0]]));
    await readAll(1);
    follower.follow([
      { topic: 'a', incarnation: 1, starts: [0] },
      { topic: 'b', incarnation: 2, starts: [3] },
    ]);
    await until(
      'it is assigned',
      5000,
      async () => cluster.assignments.length,
      length => length === 2,
    );
    assert.deepEqual(cluster.assignments[1], [
      { topic: 'a', partition: 0, offset: 8 },
      { topic: 'b', partition: 0, offset: 3 },
    ]);
    assert.deepEqual([follower.isCaughtUp('a'), follower.isCaughtUp('b'), resets], [true, false, []]);
  });

  it('reads a topic again that was created again, and forgets one that is gone', async () => {
    follower.follow([{ topic: 'a', incarnation: 1, starts: [0] }]);
    cluster.batches.push(batch([['a', 0, 7]], [['a', 0]]));
    await readAll(1);
    follower.follow([{ topic: 'a', incarnation: 2, starts: [0] }]);
    await until(
      'it is assigned',
      5000,
      async () => cluster.assignments.length,
      length => length === 2,
    );
    assert.deepEqual([cluster.assignments[1], resets], [[{ topic: 'a', partition: 0, offset: 0 }], ['a']]);
    assert.equal(follower.isCaughtUp('a'), false);
    follower.follow([]);
    await until(
      'it is forgotten',
      5000,
      async () => resets.length,
      length => length === 2,
    );
  });

  it('goes on after a poll that failed', async () => {
    follower.follow([{ topic: 'a', incarnation: 1, starts: [0] }]);
    cluster.failure = TIMED_OUT;
    await until(
      'a poll fails',
      5000,
      async () => cluster.failed,
      failed => failed > 0,
    );
    cluster.failure = undefined;
    cluster.batches.push(batch([['a', 0, 0]], []));
    await readAll(1);
  });
});

function batch(records: [string, number, number][], ends: [string, number][]): PolledBatch {
  return {
    records: records.map(([topic, partition, offset]) => ({ ...kafkaRecord(topic, 'k', null), partition, offset })),
    ends: ends.map(([topic, partition]) => ({ topic, partition, offset: 0 })),
  };
}
