import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import { encodeBlocks } from '../../../stores/encoding/changelog-block.js';
import { keyBlocks } from '../../../stores/encoding/changelog-codec.js';
import { KafkaClientError, type Producer } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { record, ScriptedConsumer } from '../scripted-consumer.js';
import { append, NOW, newState, RestoredTask } from './restored-task.js';

describe('restoring from changelogs', () => {
  let task: RestoredTask;

  beforeEach(async () => {
    task = await RestoredTask.create();
  });

  it('applies the records in order, tombstones too, up to the end that the log had at the beginning', async () => {
    const records = [record('log', 0, 0, 'a', '1'), record('log', 0, 1, 'b', '1'), record('log', 0, 2, 'a', '2')];
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 4 } }, [
      { records },
      { records: [record('log', 0, 3, 'b', null)] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.deepEqual([task.read('a'), task.read('b')], ['2', undefined]);
    assert.equal(task.state.changelogOffset('rows'), 4);
    assert.equal(consumer.polls, 2);
  });

  describe('of a cluster that does not answer', () => {
    const TIMED_OUT = new KafkaClientError('offsets of log-0: Local: Timed out', 'abort', -185);
    const log = (): ScriptedConsumer =>
      new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [{ records: [record('log', 0, 0, 'a', '1')] }]);

    /** The offsets of the log, after these errors. */
    function answering(errors: readonly Error[]): Pick<Producer, 'partitionOffsets'> & { requests: number } {
      return {
        requests: 0,
        async partitionOffsets() {
          const error = errors[this.requests++];
          if (error !== undefined) throw error;
          return { low: 0, high: 1 };
        },
      };
    }

    it('asks again', async () => {
      await task.restoreFrom(log(), answering([TIMED_OUT, TIMED_OUT]), task.changelog());
      assert.equal(task.read('a'), '1');
      assert.deepEqual(task.warnings, Array(2).fill('offsets of log-0: Local: Timed out: asking again'));
    });

    it('gives up after half a minute', async () => {
      const silent = answering(Array(6).fill(TIMED_OUT));
      await assert.rejects(task.restoreFrom(log(), silent, task.changelog()), TIMED_OUT);
      assert.equal(silent.requests, 6);
    });

    it('gives up at once where the answer is an error', async () => {
      const error = new KafkaClientError('offsets of log-0: Unknown topic or partition', 'abort', 3);
      await assert.rejects(task.restoreFrom(log(), answering([error]), task.changelog()), error);
    });
  });

  it('goes on from the offset that is on disk', async () => {
    const onDisk = task.state.restoring('rows');
    onDisk.put('a', Buffer.from('1'));
    await onDisk.write(2, NOW);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 2, 'b', '1')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await task.restore(consumer, task.changelog());
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 2 }]);
    assert.deepEqual([task.read('a'), task.read('b')], ['1', '1']);
  });

  it('begins at the oldest record that is left when nothing is on disk', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 5, high: 6 } }, [
      { records: [record('log', 0, 5, 'a', '1')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await task.restore(consumer, task.changelog());
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 5 }]);
  });

  it('does not poll when everything is there, or there is nothing', async () => {
    await task.state.restoring('rows').write(3, NOW);
    const offsets = { 'log-0': { low: 0, high: 3 }, 'more-0': { low: 0, high: 0 } };
    const consumer = new ScriptedConsumer(offsets);
    await task.restore(consumer, task.changelog(), task.changelog({ topic: 'more', store: 'more' }));
    assert.equal(consumer.polls, 0);
  });

  it('is done at the end of the partition where only markers and compacted records are left before the target', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 9 } }, [
      { records: [record('log', 0, 1, 'a', '1')], ends: [{ topic: 'log', partition: 0, offset: 9 }] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.equal(task.state.changelogOffset('rows'), 9);
  });

  it('is done at the end of the partition though it has no record at all', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 2 } }, [
      { ends: [{ topic: 'log', partition: 0, offset: 2 }] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.equal(task.state.changelogOffset('rows'), 2);
  });

  it('waits at an end before the target: a transaction is still open', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, 'a', '1')], ends: [{ topic: 'log', partition: 0, offset: 1 }] },
      {},
      { records: [record('log', 0, 1, 'a', '2')], ends: [{ topic: 'log', partition: 0, offset: 3 }] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.equal(consumer.polls, 3);
    assert.equal(task.read('a'), '2');
  });

  it('takes records after the target that come in the same batch, and says how far it is on disk', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [
      { records: [record('log', 0, 0, 'a', '1'), record('log', 0, 1, 'a', '2')] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.deepEqual([task.read('a'), task.state.changelogOffset('rows')], ['2', 2]);
  });

  it('skips records without a key', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 2 } }, [
      { records: [record('log', 0, 0, null, '1'), record('log', 0, 1, 'a', '1')] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.equal(task.read('a'), '1');
  });

  it('takes from a topic that several tasks write only what is its own', async () => {
    const other = await newState();
    const offsets = { 'log-0': { low: 0, high: 4 } };
    const consumer = new ScriptedConsumer(offsets, [
      {
        records: [
          record('log', 0, 0, '0_0', 'a'),
          record('log', 0, 1, '1_0', 'b'),
          record('log', 0, 2, '0_0', 'c'),
          record('log', 0, 3, '2_0', 'd'),
        ],
      },
    ]);
    await task.restore(
      consumer,
      task.changelog({ store: 'audit', onlyKey: '0_0' }),
      task.changelog({ store: 'audit', onlyKey: '1_0', taskId: '1_0', state: other }),
    );
    assert.deepEqual(
      [task.read('0_0', 'audit'), task.read('1_0', 'audit'), task.read('2_0', 'audit')],
      ['c', undefined, undefined],
    );
    assert.deepEqual([task.read('0_0', 'audit', other), task.read('1_0', 'audit', other)], [undefined, 'b']);
  });

  it('reads one partition for two tasks from where the one with more to read is', async () => {
    const other = await newState();
    const onDisk = task.state.restoring('audit');
    onDisk.put('0_0', Buffer.from('new'));
    await onDisk.write(2, NOW);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, '0_0', 'old'), record('log', 0, 1, '1_0', 'b'), record('log', 0, 2, '2_0', '')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await task.restore(
      consumer,
      task.changelog({ store: 'audit', onlyKey: '0_0' }),
      task.changelog({ store: 'audit', onlyKey: '1_0', taskId: '1_0', state: other }),
    );
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 0 }]);
    assert.deepEqual([task.read('0_0', 'audit'), task.read('1_0', 'audit', other)], ['new', 'b']);
  });

  it('restores several changelogs at once, each to its own store, and leaves those alone that are done', async () => {
    const offsets = { 'log-0': { low: 0, high: 1 }, 'more-3': { low: 0, high: 2 } };
    const consumer = new ScriptedConsumer(offsets, [
      { records: [record('log', 0, 0, 'a', '1'), record('more', 3, 0, 'a', '2')] },
      { records: [record('log', 0, 1, 'a', 'of a later transaction'), record('more', 3, 1, 'b', '3')] },
    ]);
    await task.restore(consumer, task.changelog(), task.changelog({ topic: 'more', partition: 3, store: 'more' }));
    assert.deepEqual([task.read('a'), task.read('a', 'more'), task.read('b', 'more')], ['1', '2', '3']);
    assert.deepEqual([task.state.changelogOffset('rows'), task.state.changelogOffset('more')], [1, 2]);
  });

  it('unpacks blocks of keys', async () => {
    const [block = null] = encodeBlocks(['a', 'b\u00ff']);
    const value = Buffer.from([1]);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [
      { records: [{ ...record('log', 0, 0, null, null), value: block, headers: NO_HEADERS }] },
    ]);
    await task.restore(consumer, task.changelog({ codec: keyBlocks(value) }));
    assert.deepEqual(await task.state.store('rows').entries(), [
      ['a', value],
      ['b\u00ff', value],
    ]);
  });

  it('reports its progress, store by store', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, 'a', '1')] },
      { records: [record('log', 0, 1, 'b', '1'), record('log', 0, 2, 'c', '1')] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.deepEqual(task.progress, [
      { taskId: '0_0', store: 'rows', batch: 1, records: 1, remaining: 2 },
      { taskId: '0_0', store: 'rows', batch: 2, records: 3, remaining: 0 },
    ]);
  });

  it('gives its partitions back, also when a poll fails', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [new Error('no broker')]);
    await assert.rejects(task.restore(consumer, task.changelog()), /no broker/);
    assert.deepEqual(consumer.assigned, []);
  });

  it('takes every record once, though it is stopped again and again in the middle of a long log', async () => {
    const RECORDS = 50_000;
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('log', 1);
    for (let row = 0; row < RECORDS; row++) append(cluster.log('log', 0), String(row), '1');
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    const producer = cluster.ports.producer({ clientId: 'p' });
    const poll = consumer.poll.bind(consumer);
    consumer.poll = async maxRecords => {
      await immediate();
      return await poll(maxRecords);
    };
    let stops = 0;
    let stop: Promise<void> | undefined;
    const reader = task.newReader(consumer, producer, one => {
      task.progress.push(one);
      stop ??= reader
        .whilePaused(async () => {
          stops++;
        })
        .finally(() => {
          stop = undefined;
        });
    });
    await reader.restore([task.changelog()]);
    while (reader.isRestoring('0_0')) await immediate();
    await stop;
    await reader.close();
    assert.ok(stops > 3, `only ${stops} stops`);
    assert.deepEqual(
      [task.progress.reduce((sum, { batch }) => sum + batch, 0), task.progress.at(-1)?.remaining],
      [RECORDS, 0],
    );
    for (let row = 0; row < RECORDS; row++) assert.equal(task.read(String(row)), '1', `row ${row}`);
    assert.equal(task.state.changelogOffset('rows'), RECORDS);
  });
});
