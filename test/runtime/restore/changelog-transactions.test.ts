import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import type { Consumer } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import type { LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { append, RestoredTask } from './restored-task.js';

describe('restoring from a log with transactions', () => {
  let task: RestoredTask;

  beforeEach(async () => {
    task = await RestoredTask.create();
  });

  it('reads what is committed, and not what was aborted, from a log with markers', async () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('log', 1);
    const producer = cluster.ports.producer({ clientId: 'p', transactionalId: 'p' });
    await producer.initTransactions();
    for (const [value, end] of [
      ['kept', 'commitTransaction'],
      ['aborted', 'abortTransaction'],
    ] as const) {
      await producer.beginTransaction();
      producer.send('log', 0, Buffer.from('a'), Buffer.from(value), 0, NO_HEADERS);
      await producer[end]();
    }
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    await task.restoreFrom(consumer, producer, task.changelog());
    assert.equal(task.read('a'), 'kept');
    assert.equal(task.state.changelogOffset('rows'), 4);
  });

  it('waits for a transaction that another process left open: what was committed since comes after it', async () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('log', 1);
    const log = cluster.log('log', 0);
    const leftOpen: LogTransaction = { state: 'open' };
    append(log, 'a', 'before');
    append(log, 'a', 'never', leftOpen);
    append(log, 'a', 'after', { state: 'committed' });
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    const polls = pollsOf(consumer);
    const restored = task.restoreFrom(consumer, cluster.ports.producer({ clientId: 'p' }), task.changelog());
    while (polls.count < 5) await immediate();
    assert.equal(task.read('a'), 'before');
    leftOpen.state = 'aborted';
    await restored;
    assert.deepEqual([task.read('a'), task.state.changelogOffset('rows')], ['after', 3]);
  });
});

function pollsOf(consumer: Consumer): { count: number } {
  const polls = { count: 0 };
  const poll = consumer.poll.bind(consumer);
  consumer.poll = max => {
    polls.count++;
    return poll(max);
  };
  return polls;
}
