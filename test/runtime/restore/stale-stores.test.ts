import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import { keyBlocks } from '../../../stores/encoding/changelog-codec.js';
import { InMemoryCluster } from '../../../streams/testing/in-memory-cluster.js';
import type { LogTransaction } from '../../../streams/testing/in-memory-log.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { record, ScriptedConsumer } from '../scripted-consumer.js';
import { append, NOW, RestoredTask } from './restored-task.js';

const DAY_MS = 86_400_000;

describe('a store on disk whose changelog has gone on', () => {
  let task: RestoredTask;

  beforeEach(async () => {
    task = await RestoredTask.create();
  });

  for (const [what, offset] of [
    ['before the oldest record: what lies between is gone', 4],
    ['after the end: the topic is not the one that it was', 11],
  ] as const) {
    it(`reads a store from the beginning whose offset is ${what}, and leaves the others as they are`, async () => {
      await onDisk('rows', offset);
      await onDisk('more', 3);
      const watermarks = { 'log-0': { low: 5, high: 10 }, 'more-0': { low: 0, high: 3 } };
      const consumer = new ScriptedConsumer(watermarks, [{ records: [record('log', 0, 9, 'new', '1')] }]);
      await task.restore(consumer, task.changelog(), task.changelog({ topic: 'more', store: 'more' }));
      assert.deepEqual([task.read('old'), task.read('new'), task.read('old', 'more')], [undefined, '1', '1']);
      assert.match(task.warnings.join(), new RegExp(`0_0: its store rows is rebuilt from log-0: .*${offset}.*5 to 10`));
    });
  }

  /** A store that was closed with one row. */
  async function onDisk(store: string, offset: number, asOf = NOW): Promise<void> {
    const batch = task.state.restoring(store);
    batch.put('old', Buffer.from('1'));
    await batch.write(offset, asOf);
  }

  it('reads a store from the beginning that is a day old and has missed records: a tombstone may be gone', async () => {
    await onDisk('rows', 3, NOW - DAY_MS);
    const consumer = new ScriptedConsumer({ 'log-0': { low: 0, high: 9 } }, [
      { records: [record('log', 0, 8, 'new', '1')] },
    ]);
    await task.restore(consumer, task.changelog());
    assert.deepEqual([task.read('old'), task.read('new'), task.state.asOf('rows')], [undefined, '1', NOW]);
  });

  it('keeps a store that has missed nothing, however old, though all of its changelog is gone by retention', async () => {
    await onDisk('rows', 9, NOW - 30 * DAY_MS);
    await task.restore(new ScriptedConsumer({ 'log-0': { low: 9, high: 9 } }), task.changelog());
    assert.equal(task.read('old'), '1');
    assert.deepEqual(task.warnings, []);
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
      await task.restore(consumer, task.changelog(more));
      assert.equal(task.read('old'), '1');
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
    const reader = task.newReader(consumer, cluster.ports.producer({ clientId: 'p' }));
    await reader.restore([task.changelog(), task.changelog({ topic: 'more', store: 'more' })]);
    while (task.state.changelogOffset('rows') !== 5 || task.state.changelogOffset('more') !== 5) await immediate();
    await reader.close();
    assert.deepEqual([task.state.asOf('rows'), task.state.asOf('more')], [NOW - 1000, NOW]);
  });
});
