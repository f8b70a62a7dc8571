import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { MemoryLevel } from 'memory-level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { encodeBlocks } from '../../../stores/encoding/changelog-block.js';
import { keyBlocks, rowRecords } from '../../../stores/encoding/changelog-codec.js';
import type { Consumer, Producer } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { ChangelogEnds } from '../../../streams/runtime/restore/changelog-ends.js';
import type { ChangelogPartition } from '../../../streams/runtime/restore/changelog-partition.js';
import { ChangelogReader, type RestoreProgress } from '../../../streams/runtime/restore/changelog-reader.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import type { InMemoryLog, LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { record, ScriptedConsumer } from '../scripted-consumer.js';

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

describe('restoring from changelogs', () => {
  let state: TaskState;
  let progress: RestoreProgress[];
  let warnings: string[];

  beforeEach(async () => {
    state = await newState();
    progress = [];
    warnings = [];
  });

  function newReader(
    consumer: Consumer,
    producer: Pick<Producer, 'watermarks'>,
    onProgress = (one: RestoreProgress): void => void progress.push(one),
  ): ChangelogReader {
    const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
    return new ChangelogReader({
      consumer,
      ends: new ChangelogEnds(producer),
      clock: new ManualClock(NOW),
      logger,
      onProgress,
    });
  }

  async function newState(): Promise<TaskState> {
    const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
    const options = { policy: { maxBytes: 1, maxAgeMs: 1 }, now: NOW, cleanCacheBytes: 0, discard: async () => {} };
    return await TaskState.open(level, ['rows', 'more', 'audit'], options);
  }

  function changelog(more: Partial<ChangelogPartition> = {}): ChangelogPartition {
    return {
      topic: 'log',
      partition: 0,
      taskId: '0_0',
      store: 'rows',
      state,
      onlyKey: undefined,
      isValid: () => true,
      codec: rowRecords,
      ...more,
    };
  }

  async function restore(consumer: Consumer, ...changelogs: ChangelogPartition[]): Promise<void> {
    await restoreFrom(consumer, consumer, ...changelogs);
  }

  async function restoreFrom(
    consumer: Consumer,
    producer: Pick<Producer, 'watermarks'>,
    ...changelogs: ChangelogPartition[]
  ): Promise<void> {
    const reader = newReader(consumer, producer);
    await reader.restore(changelogs);
    try {
      while (changelogs.some(({ taskId }) => reader.isRestoring(taskId))) await immediate();
    } finally {
      await reader.close();
    }
  }

  const read = (key: string, store = 'rows', from = state): string | undefined =>
    from.store(store).get(key)?.toString();

  it('applies the records in order, tombstones too, up to the end that the log had at the beginning', async () => {
    const records = [record('log', 0, 0, 'a', '1'), record('log', 0, 1, 'b', '1'), record('log', 0, 2, 'a', '2')];
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 4 } }, [
      { records },
      { records: [record('log', 0, 3, 'b', null)] },
    ]);
    await restore(consumer, changelog());
    assert.deepEqual([read('a'), read('b')], ['2', undefined]);
    assert.equal(state.changelogOffset('rows'), 4);
    assert.equal(consumer.polls, 2);
  });

  it('goes on from the offset that is on disk', async () => {
    const onDisk = state.restoring('rows');
    onDisk.put('a', Buffer.from('1'));
    await onDisk.write(2, NOW);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 2, 'b', '1')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await restore(consumer, changelog());
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 2 }]);
    assert.deepEqual([read('a'), read('b')], ['1', '1']);
  });

  it('begins at the oldest record that is left when nothing is on disk', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 5, high: 6 } }, [
      { records: [record('log', 0, 5, 'a', '1')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await restore(consumer, changelog());
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 5 }]);
  });

  it('does not poll when everything is there, or there is nothing', async () => {
    await state.restoring('rows').write(3, NOW);
    const watermarks = { 'log-0': { low: 0, high: 3 }, 'more-0': { low: 0, high: 0 } };
    const consumer = new ScriptedConsumer(watermarks);
    await restore(consumer, changelog(), changelog({ topic: 'more', store: 'more' }));
    assert.equal(consumer.polls, 0);
  });

  it('is done at the end of the partition where only markers and compacted records are left before the target', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 9 } }, [
      { records: [record('log', 0, 1, 'a', '1')], ends: [{ topic: 'log', partition: 0, offset: 9 }] },
    ]);
    await restore(consumer, changelog());
    assert.equal(state.changelogOffset('rows'), 9);
  });

  it('is done at the end of the partition though it has no record at all', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 2 } }, [
      { ends: [{ topic: 'log', partition: 0, offset: 2 }] },
    ]);
    await restore(consumer, changelog());
    assert.equal(state.changelogOffset('rows'), 2);
  });

  it('waits at an end before the target: a transaction is still open', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, 'a', '1')], ends: [{ topic: 'log', partition: 0, offset: 1 }] },
      {},
      { records: [record('log', 0, 1, 'a', '2')], ends: [{ topic: 'log', partition: 0, offset: 3 }] },
    ]);
    await restore(consumer, changelog());
    assert.equal(consumer.polls, 3);
    assert.equal(read('a'), '2');
  });

  it('takes records behind the target that come in the same batch, and says how far it is on disk', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [
      { records: [record('log', 0, 0, 'a', '1'), record('log', 0, 1, 'a', '2')] },
    ]);
    await restore(consumer, changelog());
    assert.deepEqual([read('a'), state.changelogOffset('rows')], ['2', 2]);
  });

  it('skips records without a key', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 2 } }, [
      { records: [record('log', 0, 0, null, '1'), record('log', 0, 1, 'a', '1')] },
    ]);
    await restore(consumer, changelog());
    assert.equal(read('a'), '1');
  });

  it('takes from a topic that several tasks write only what is its own', async () => {
    const other = await newState();
    const watermarks = { 'log-0': { low: 0, high: 4 } };
    const consumer = new ScriptedConsumer(watermarks, [
      {
        records: [
          record('log', 0, 0, '0_0', 'a'),
          record('log', 0, 1, '1_0', 'b'),
          record('log', 0, 2, '0_0', 'c'),
          record('log', 0, 3, '2_0', 'd'),
        ],
      },
    ]);
    await restore(
      consumer,
      changelog({ store: 'audit', onlyKey: '0_0' }),
      changelog({ store: 'audit', onlyKey: '1_0', taskId: '1_0', state: other }),
    );
    assert.deepEqual([read('0_0', 'audit'), read('1_0', 'audit'), read('2_0', 'audit')], ['c', undefined, undefined]);
    assert.deepEqual([read('0_0', 'audit', other), read('1_0', 'audit', other)], [undefined, 'b']);
  });

  it('reads one partition for two tasks from where the one that is further behind is', async () => {
    const other = await newState();
    const onDisk = state.restoring('audit');
    onDisk.put('0_0', Buffer.from('new'));
    await onDisk.write(2, NOW);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, '0_0', 'old'), record('log', 0, 1, '1_0', 'b'), record('log', 0, 2, '2_0', '')] },
    ]);
    const assigned: unknown[] = [];
    consumer.assign = partitions => assigned.push(...partitions);
    await restore(
      consumer,
      changelog({ store: 'audit', onlyKey: '0_0' }),
      changelog({ store: 'audit', onlyKey: '1_0', taskId: '1_0', state: other }),
    );
    assert.deepEqual(assigned, [{ topic: 'log', partition: 0, offset: 0 }]);
    assert.deepEqual([read('0_0', 'audit'), read('1_0', 'audit', other)], ['new', 'b']);
  });

  it('restores several changelogs at once, each to its own store, and leaves those alone that are done', async () => {
    const watermarks = { 'log-0': { low: 0, high: 1 }, 'more-3': { low: 0, high: 2 } };
    const consumer = new ScriptedConsumer(watermarks, [
      { records: [record('log', 0, 0, 'a', '1'), record('more', 3, 0, 'a', '2')] },
      { records: [record('log', 0, 1, 'a', 'of a later transaction'), record('more', 3, 1, 'b', '3')] },
    ]);
    await restore(consumer, changelog(), changelog({ topic: 'more', partition: 3, store: 'more' }));
    assert.deepEqual([read('a'), read('a', 'more'), read('b', 'more')], ['1', '2', '3']);
    assert.deepEqual([state.changelogOffset('rows'), state.changelogOffset('more')], [1, 2]);
  });

  it('unpacks blocks of keys', async () => {
    const [block = null] = encodeBlocks(['a', 'b\u00ff']);
    const value = Buffer.from([1]);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [
      { records: [{ ...record('log', 0, 0, null, null), value: block, headers: NO_HEADERS }] },
    ]);
    await restore(consumer, changelog({ codec: keyBlocks(value) }));
    assert.deepEqual(await state.store('rows').entries(), [
      ['a', value],
      ['b\u00ff', value],
    ]);
  });

  for (const [what, offset] of [
    ['before the oldest record: what lies between is gone', 4],
    ['behind the end: the topic is not the one that it was', 11],
  ] as const) {
    it(`reads a store from the beginning whose offset is ${what}, and leaves the others as they are`, async () => {
      await onDisk('rows', offset);
      await onDisk('more', 3);
      const watermarks = { 'log-0': { low: 5, high: 10 }, 'more-0': { low: 0, high: 3 } };
      const consumer = new ScriptedConsumer(watermarks, [{ records: [record('log', 0, 9, 'new', '1')] }]);
      await restore(consumer, changelog(), changelog({ topic: 'more', store: 'more' }));
      assert.deepEqual([read('old'), read('new'), read('old', 'more')], [undefined, '1', '1']);
      assert.match(warnings.join(), new RegExp(`0_0: its store rows is rebuilt from log-0: .*${offset}.*5 to 10`));
    });
  }

  /** A store that was closed with one row. */
  async function onDisk(store: string, offset: number, asOf = NOW): Promise<void> {
    const batch = state.restoring(store);
    batch.put('old', Buffer.from('1'));
    await batch.write(offset, asOf);
  }

  it('reads a store from the beginning that is a day old and has missed records: a tombstone may be gone', async () => {
    await onDisk('rows', 3, NOW - DAY_MS);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 9 } }, [
      { records: [record('log', 0, 8, 'new', '1')] },
    ]);
    await restore(consumer, changelog());
    assert.deepEqual([read('old'), read('new'), state.asOf('rows')], [undefined, '1', NOW]);
  });

  it('keeps a store that has missed nothing, however old, though all of its changelog is gone by retention', async () => {
    await onDisk('rows', 9, NOW - 30 * DAY_MS);
    await restore(new ScriptedConsumer({ 'log-0': { low: 9, high: 9 } }), changelog());
    assert.equal(read('old'), '1');
    assert.deepEqual(warnings, []);
  });

  for (const [what, more] of [
    ['keys that are written once', { codec: keyBlocks(Buffer.from('1')) }],
    ['the record of a task in the audit topic', { onlyKey: 'old' }],
  ] as const) {
    it(`keeps ${what}, however old: they are never deleted`, async () => {
      await onDisk('rows', 3, NOW - 30 * DAY_MS);
      const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 9 } }, [
        { ends: [{ topic: 'log', partition: 0, offset: 9 }] },
      ]);
      await restore(consumer, changelog(more));
      assert.equal(read('old'), '1');
    });
  }

  it('leaves a store as old as it was when it ends before it is level, whatever else is written', async () => {
    await onDisk('rows', 3, NOW - 1000);
    const cluster = new InMemoryCluster(new ManualClock(0));
    for (const topic of ['log', 'more']) {
      cluster.createTopic(topic, 1);
      for (let row = 0; row < 5; row++) append(cluster.log(topic, 0), String(row), '1');
    }
    const transaction: LogTransaction = { state: 'open' };
    append(cluster.log('log', 0), 'open', '1', transaction);
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    const reader = newReader(consumer, cluster.ports.producer({ clientId: 'p' }));
    await reader.restore([changelog(), changelog({ topic: 'more', store: 'more' })]);
    while (state.changelogOffset('rows') !== 5 || state.changelogOffset('more') !== 5) await immediate();
    await reader.close();
    assert.deepEqual([state.asOf('rows'), state.asOf('more')], [NOW - 1000, NOW]);
  });

  it('tells of its progress, store by store', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 3 } }, [
      { records: [record('log', 0, 0, 'a', '1')] },
      { records: [record('log', 0, 1, 'b', '1'), record('log', 0, 2, 'c', '1')] },
    ]);
    await restore(consumer, changelog());
    assert.deepEqual(progress, [
      { taskId: '0_0', store: 'rows', batch: 1, records: 1, remaining: 2 },
      { taskId: '0_0', store: 'rows', batch: 2, records: 3, remaining: 0 },
    ]);
  });

  it('gives its partitions back, also when a poll fails', async () => {
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 1 } }, [new Error('no broker')]);
    await assert.rejects(restore(consumer, changelog()), /no broker/);
    assert.deepEqual(consumer.assigned, []);
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
    await restoreFrom(consumer, producer, changelog());
    assert.equal(read('a'), 'kept');
    assert.equal(state.changelogOffset('rows'), 4);
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
    const reader = newReader(consumer, producer, one => {
      progress.push(one);
      stop ??= reader
        .whilePaused(async () => {
          stops++;
        })
        .finally(() => {
          stop = undefined;
        });
    });
    await reader.restore([changelog()]);
    while (reader.isRestoring('0_0')) await immediate();
    await stop;
    await reader.close();
    assert.ok(stops > 3, `only ${stops} stops`);
    assert.deepEqual([progress.reduce((sum, { batch }) => sum + batch, 0), progress.at(-1)?.remaining], [RECORDS, 0]);
    for (let row = 0; row < RECORDS; row++) assert.equal(read(String(row)), '1', `row ${row}`);
    assert.equal(state.changelogOffset('rows'), RECORDS);
  });

  it('waits for a transaction that another process left open: what was committed since lies behind it', async () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('log', 1);
    const log = cluster.log('log', 0);
    const leftOpen: LogTransaction = { state: 'open' };
    append(log, 'a', 'before');
    append(log, 'a', 'never', leftOpen);
    append(log, 'a', 'after', { state: 'committed' });
    const consumer = cluster.ports.consumer({ clientId: 'c', pollTimeoutMs: 0 });
    const polls = pollsOf(consumer);
    const restored = restoreFrom(consumer, cluster.ports.producer({ clientId: 'p' }), changelog());
    while (polls.count < 5) await immediate();
    assert.equal(read('a'), 'before');
    leftOpen.state = 'aborted';
    await restored;
    assert.deepEqual([read('a'), state.changelogOffset('rows')], ['after', 3]);
  });

  describe('that are followed', () => {
    let cluster: InMemoryCluster;
    let reader: ChangelogReader;
    let standby: TaskState;
    /** Of each assignment, the partitions with their offsets. */
    let assigned: string[];

    beforeEach(async () => {
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
      reader = newReader(consumer, producer);
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
      changelog({ taskId: '0_1', state: standby, ...more });

    it('are read beyond their end, for as long as they are not removed', async () => {
      write('log', 'a', '1');
      await reader.follow([followed()]);
      await until(() => read('a', 'rows', standby) === '1');
      write('log', 'a', '2');
      await until(() => read('a', 'rows', standby) === '2');
      assert.deepEqual([...reader.positions('0_1')], [['rows', 2]]);
      assert.equal(standby.changelogOffset('rows'), 2);
      assert.deepEqual([reader.isRestoring('0_1'), progress], [false, []]);
      await reader.remove(new Set(['0_1']));
      write('log', 'a', '3');
      for (let turn = 0; turn < 10; turn++) await immediate();
      assert.equal(read('a', 'rows', standby), '2');
      assert.deepEqual([...reader.positions('0_1')], []);
    });

    it('wait while something is restored, and go on from where they were', async () => {
      write('log', 'a', '1');
      await reader.follow([followed()]);
      await until(() => read('a', 'rows', standby) === '1');
      write('more', 'b', '1');
      write('log', 'a', '2');
      await reader.restore([changelog({ topic: 'more', store: 'more' })]);
      await until(() => !reader.isRestoring('0_0') && read('a', 'rows', standby) === '2');
      assert.equal(read('b', 'more'), '1');
      assert.deepEqual(
        assigned.slice(-2).map(partitions => partitions.split('@')[0]),
        ['more', 'log'],
      );
    });

    it('share a partition with what is restored from it: nothing of it is left out for either', async () => {
      for (const key of ['0_0', '0_1']) write('log', key, 'first');
      await reader.follow([followed({ onlyKey: '0_1', store: 'audit' })]);
      await until(() => read('0_1', 'audit', standby) === 'first');
      await reader.whilePaused(async () => {
        for (const key of ['0_1', '0_0', '0_1']) write('log', key, 'second');
      });
      await state.restoring('audit').write(4, NOW);
      await reader.restore([changelog({ onlyKey: '0_0', store: 'audit' })]);
      await until(() => !reader.isRestoring('0_0') && read('0_1', 'audit', standby) === 'second');
      assert.equal(reader.positions('0_1').get('audit'), 5);
    });

    it('are not written while the reader is paused', async () => {
      await reader.follow([followed()]);
      await reader.whilePaused(async () => {
        write('log', 'a', '1');
        for (let turn = 0; turn < 10; turn++) await immediate();
        assert.equal(read('a', 'rows', standby), undefined);
      });
      await until(() => read('a', 'rows', standby) === '1');
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
});

function append(log: InMemoryLog, key: string, value: string, transaction?: LogTransaction): void {
  log.append({ key: Buffer.from(key), value: Buffer.from(value), timestamp: 0, headers: NO_HEADERS }, transaction);
}

function pollsOf(consumer: Consumer): { count: number } {
  const polls = { count: 0 };
  const poll = consumer.poll.bind(consumer);
  consumer.poll = max => {
    polls.count++;
    return poll(max);
  };
  return polls;
}
