import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ClusterClient } from '../../monitor/cluster-client.js';
import { ClusterView, type WatchedTopics } from '../../monitor/cluster-view.js';
import { partitionLags } from '../../monitor/partition-lag.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { until } from '../integration/until.js';
import { FakeCluster, TIMED_OUT } from './fake-cluster.js';
import { RecordingLogger } from './recording-logger.js';

const TOPICS: WatchedTopics = { inputs: ['user'], others: ['users-audit'] };
const OPEN = new AbortController().signal;

describe('the view of the cluster', () => {
  it('has the ends of all topics that exist, and the lag of the inputs', async () => {
    const { cluster, view } = setUp();
    cluster.topics.set('user', [
      { low: 2, high: 10 },
      { low: 2, high: 8 },
    ]);
    cluster.offsets.set('user-0', 7);
    await view.round(OPEN);
    assert.deepEqual(view.status, { up: true, reason: null, since: 1000 });
    assert.deepEqual([...view.topics.keys()], ['user']);
    assert.deepEqual(partitionLags(view, TOPICS.inputs, []), [
      { topic: 'user', partition: 0, end: 10, committed: 7, lag: 3 },
      { topic: 'user', partition: 1, end: 8, committed: -1, lag: 6 },
    ]);
  });

  it('is no lag where the offset that is committed is ahead of the end that was asked before', async () => {
    const { cluster, view } = setUp();
    cluster.topics.set('user', [{ low: 0, high: 10 }]);
    cluster.offsets.set('user-0', 15);
    await view.round(OPEN);
    assert.equal(partitionLags(view, ['user'], [])[0]?.lag, 0);
  });

  it('says once that the cluster is away, keeps what it knew, and says when it is back', async () => {
    const { cluster, view, clock, logger } = setUp();
    cluster.topics.set('user', [{ low: 0, high: 10 }]);
    await view.round(OPEN);
    cluster.failure = TIMED_OUT;
    for (const _ of [1, 2, 3]) {
      clock.advance(1000);
      await view.round(OPEN);
    }
    assert.deepEqual(view.status, { up: false, reason: 'metadata: Local: Timed out', since: 2000 });
    assert.deepEqual(view.topics.get('user')?.partitions, [{ low: 0, high: 10 }]);
    assert.equal(view.answered, true);
    cluster.failure = undefined;
    clock.advance(1000);
    await view.round(OPEN);
    assert.deepEqual(view.status, { up: true, reason: null, since: 5000 });
    assert.deepEqual(logger.lines, [
      ['info', 'the cluster answers'],
      ['warn', 'the cluster does not answer: metadata: Local: Timed out'],
      ['info', 'the cluster answers'],
    ]);
  });

  it('waits for a cluster that was never there, and says why as the client knows', async () => {
    const { cluster, view, complaints, logger } = setUp();
    cluster.failure = TIMED_OUT;
    complaints.push('authentication failure');
    await view.round(OPEN);
    await view.round(OPEN);
    assert.equal(view.answered, false);
    assert.equal(logger.lines.length, 1);
    assert.match(logger.lines[0]?.[1] ?? '', /Timed out \(authentication failure\)$/);
  });

  it('takes a call that does not end for a cluster that is away, and asks nothing else meanwhile', async () => {
    const { cluster, view } = setUp({ patienceMs: 20 });
    cluster.topics.set('user', [{ low: 0, high: 1 }]);
    await view.round(OPEN);
    const stuck = withResolvers();
    cluster.waiting = stuck.promise;
    const asked = cluster.asked;
    const round = view.round(OPEN);
    await until(
      'it loses patience',
      5000,
      async () => view.status,
      ({ up }) => !up,
    );
    assert.equal(view.status.reason, 'no answer within 20 ms');
    assert.equal(cluster.asked, asked + 1);
    stuck.resolve();
    await round;
    assert.equal(view.status.up, true);
    assert.equal(cluster.mostAskedAtOnce, 1);
  });

  it('does not wait for committed offsets that open transactions hold back', async () => {
    const { cluster, view } = setUp();
    cluster.topics.set('user', [{ low: 0, high: 10 }]);
    const transaction = withResolvers();
    cluster.pendingTransactions = transaction.promise;
    await view.round(OPEN);
    await view.round(OPEN);
    assert.equal(view.status.up, true);
    assert.deepEqual(partitionLags(view, ['user'], []), []);
    cluster.offsets.set('user-0', 4);
    transaction.resolve();
    await view.close();
    assert.equal(partitionLags(view, ['user'], [])[0]?.lag, 6);
  });

  it('notices topics that come, go, and come again', async () => {
    const { cluster, view } = setUp();
    await view.round(OPEN);
    assert.deepEqual([view.status.up, view.topics.size], [true, 0]);
    cluster.topics.set('user', [{ low: 0, high: 10 }]);
    await view.round(OPEN);
    const first = view.topics.get('user')?.incarnation;
    cluster.topics.set('user', [{ low: 0, high: 20 }]);
    await view.round(OPEN);
    assert.equal(view.topics.get('user')?.incarnation, first);
    cluster.topics.delete('user');
    // The first round meets partitions that are gone, the next one asks which topics there are.
    await view.round(OPEN);
    await view.round(OPEN);
    assert.deepEqual([view.status.up, view.topics.has('user')], [true, false]);
    cluster.topics.set('user', [{ low: 0, high: 30 }]);
    await view.round(OPEN);
    const second = view.topics.get('user')?.incarnation;
    assert.notEqual(second, first);
    // Deleted and created again between two rounds.
    cluster.topics.set('user', [{ low: 0, high: 1 }]);
    await view.round(OPEN);
    assert.notEqual(view.topics.get('user')?.incarnation, second);
  });

  it('breaks off when it is closing', async () => {
    const { cluster, view } = setUp();
    cluster.topics.set('user', [{ low: 0, high: 10 }]);
    await view.round(AbortSignal.abort());
    assert.equal(cluster.asked, 0);
  });
});

function setUp({ patienceMs = 3000 } = {}) {
  const cluster = new FakeCluster();
  const clock = new ManualClock(1000);
  const logger = new RecordingLogger();
  const complaints: string[] = [];
  const view = new ClusterView({
    client: new ClusterClient({ consumer: cluster, admin: cluster }),
    clock,
    logger,
    topics: () => TOPICS,
    complaint: () => complaints.shift(),
    patienceMs,
  });
  return { cluster, clock, logger, complaints, view };
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
