import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { ChangelogPartition } from '../../../streams/runtime/restore/changelog-partition.js';
import type { ChangelogReader } from '../../../streams/runtime/restore/changelog-reader.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { append, NOW, newState, RestoredTask } from './restored-task.js';

describe('changelogs that are followed', () => {
  let task: RestoredTask;

  let cluster: InMemoryCluster;
  let reader: ChangelogReader;
  let standby: TaskState;
  /** Of each assignment, the partitions with their offsets. */
  let assigned: string[];

  beforeEach(async () => {
    task = await RestoredTask.create();
    cluster = new InMemoryCluster(new ManualClock(0));
    for (const topic of ['log', 'more']) cluster.createTopic(topic, 1);
    standby = await newState();
    assigned = [];
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    const assign = consumer.assign.bind(consumer);
    consumer.assign = partitions => {
      assigned.push(partitions.map(({ topic, offset }) => `${topic}@${offset}`).join(' '));
      assign(partitions);
    };
    const producer = cluster.ports.producer({ clientId: 'p' });
    reader = task.newReader(consumer, producer);
  });

  afterEach(() => reader.close());

  function write(topic: string, key: string, value: string): void {
    append(cluster.log(topic, 0), key, value);
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      reader.check();
      await immediate();
    }
  }

  const followed = (more: Partial<ChangelogPartition> = {}): ChangelogPartition =>
    task.changelog({ taskId: '0_1', state: standby, ...more });

  it('are read beyond their end, for as long as they are not removed', async () => {
    write('log', 'a', '1');
    await reader.follow([followed()]);
    await until(() => task.read('a', 'rows', standby) === '1');
    write('log', 'a', '2');
    await until(() => task.read('a', 'rows', standby) === '2');
    assert.deepEqual([...reader.positions('0_1')], [['rows', 2]]);
    assert.equal(standby.changelogOffset('rows'), 2);
    assert.deepEqual([reader.isRestoring('0_1'), task.progress], [false, []]);
    await reader.remove(new Set(['0_1']));
    write('log', 'a', '3');
    for (let turn = 0; turn < 10; turn++) await immediate();
    assert.equal(task.read('a', 'rows', standby), '2');
    assert.deepEqual([...reader.positions('0_1')], []);
  });

  it('wait while something is restored, and go on from where they were', async () => {
    write('log', 'a', '1');
    await reader.follow([followed()]);
    await until(() => task.read('a', 'rows', standby) === '1');
    write('more', 'b', '1');
    write('log', 'a', '2');
    await reader.restore([task.changelog({ topic: 'more', store: 'more' })]);
    await until(() => !reader.isRestoring('0_0') && task.read('a', 'rows', standby) === '2');
    assert.equal(task.read('b', 'more'), '1');
    assert.deepEqual(
      assigned.slice(-2).map(partitions => partitions.split('@')[0]),
      ['more', 'log'],
    );
  });

  it('share a partition with what is restored from it: nothing of it is left out for either', async () => {
    for (const key of ['0_0', '0_1']) write('log', key, 'first');
    await reader.follow([followed({ onlyKey: '0_1', store: 'audit' })]);
    await until(() => task.read('0_1', 'audit', standby) === 'first');
    await reader.whilePaused(async () => {
      for (const key of ['0_1', '0_0', '0_1']) write('log', key, 'second');
    });
    await task.state.restoring('audit').write(4, NOW);
    await reader.restore([task.changelog({ onlyKey: '0_0', store: 'audit' })]);
    await until(() => !reader.isRestoring('0_0') && task.read('0_1', 'audit', standby) === 'second');
    assert.equal(reader.positions('0_1').get('audit'), 5);
  });

  it('are not written while the reader is paused', async () => {
    await reader.follow([followed()]);
    await reader.whilePaused(async () => {
      write('log', 'a', '1');
      for (let turn = 0; turn < 10; turn++) await immediate();
      assert.equal(task.read('a', 'rows', standby), undefined);
    });
    await until(() => task.read('a', 'rows', standby) === '1');
  });

  it('fail the reader when they can not be read', async () => {
    await reader.follow([followed()]);
    cluster.deleteTopic('log');
    await assert.rejects(
      until(() => false),
      /no partition log-0/,
    );
  });
});
