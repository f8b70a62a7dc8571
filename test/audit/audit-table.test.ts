import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type AuditRecord,
  encodeAudit,
  encodeInstance,
  type InstanceRecord,
  instanceKey,
} from '../../streams/audit/audit-record.js';
import { AuditTable } from '../../streams/audit/audit-table.js';
import { newTaskCounts } from '../../streams/audit/task-counts.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';

describe('the audit topic as a table', () => {
  it('has the latest record of each task, and of each instance that has not closed', () => {
    const table = tableOf(
      ofTask('0_0', 'a:1', 1),
      ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }),
      ofInstance({ instance: 'B', host: 'b:1', tasks: [] }),
      ofTask('0_0', 'b:1', 2),
      closed('A'),
    );
    assert.deepEqual(
      [...table.tasks].map(([id, { streamTime }]) => [id, streamTime]),
      [['0_0', 2]],
    );
    assert.deepEqual(
      [...table.instances.values()].map(({ instance }) => instance),
      ['B'],
    );
  });

  it('knows a task where it committed last, whatever was announced', () => {
    const table = tableOf(ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0', '0_1'] }), ofTask('0_0', 'b:1', 1));
    assert.deepEqual([table.hostOf('0_0'), table.hostOf('0_1'), table.hostOf('0_2')], ['b:1', 'a:1', undefined]);
    assert.deepEqual(table.hosts, ['a:1', 'b:1']);
  });

  it('knows no place of a task that serves nothing', () => {
    const table = tableOf(ofTask('0_0', null, 1));
    assert.deepEqual([table.hostOf('0_0'), table.hosts], [undefined, []]);
  });

  it('knows where the standbys of a task are served', () => {
    const table = tableOf(
      ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'], standbys: ['0_1'] }),
      ofInstance({ instance: 'B', host: 'b:1', tasks: ['0_1'], standbys: ['0_0'] }),
      ofInstance({ instance: 'C', host: null, tasks: [], standbys: ['0_0', '0_1'] }),
    );
    assert.deepEqual([table.standbyHostsOf('0_0'), table.standbyHostsOf('0_1')], [['b:1'], ['a:1']]);
  });

  it('takes announcements of versions that knew no standbys', () => {
    const value = Buffer.from(JSON.stringify({ instance: 'A', host: 'a:1', tasks: ['0_0'] }));
    const table = tableOf(record(instanceKey('A'), value));
    assert.deepEqual(table.standbyHostsOf('0_0'), []);
  });

  it('knows the owner of a task: the instance that committed for it or announced it last', () => {
    const taken = [ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 10 })];
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'A');
    taken.push(ofInstance({ instance: 'B', host: 'b:1', tasks: ['0_0'] }, 20));
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'B');
    taken.push(ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 30 }));
    assert.equal(tableOf(...taken).ownerOf('0_0'), 'A');
    assert.equal(tableOf(...taken).ownerOf('0_1'), undefined);
  });

  it('leaves a task with an instance that has closed until another one takes it: it may be on its way back', () => {
    const announced = ofInstance({ instance: 'A', host: 'a:1', tasks: ['0_0'] }, 1);
    const committed = ofTask('0_0', 'a:1', 1, { instance: 'A', timestamp: 2 });
    assert.equal(tableOf(announced, committed, closed('A')).ownerOf('0_0'), 'A');
  });

  it('knows instances without tasks for as long as they say that they are there', () => {
    const table = tableOf(
      ofInstance({ instance: 'A', host: null, tasks: [] }, 10),
      ofInstance({ instance: 'B', host: null, tasks: [] }, 20),
      ofInstance({ instance: 'C', host: null, tasks: ['0_0'] }, 20),
    );
    assert.deepEqual([table.idleSince(10), table.idleSince(20), table.idleSince(21)], [['A', 'B'], ['B'], []]);
  });

  it('refuses a record that is none of the audit topic', () => {
    assert.throws(() => tableOf(record('0_0', Buffer.from('no JSON'))), SyntaxError);
    assert.throws(() => tableOf({ ...record('0_0', null), key: null }), /no key/);
  });
});

function tableOf(...records: readonly ConsumerRecord[]): AuditTable {
  const table = new AuditTable();
  for (const each of records) table.apply(each);
  return table;
}

function ofTask(
  task: string,
  host: string | null,
  streamTime: number,
  { instance = 'I', timestamp = 0 }: { readonly instance?: string; readonly timestamp?: number } = {},
): ConsumerRecord {
  const counts = newTaskCounts();
  const audit: AuditRecord = { task, instance, host, streamTime, counts, offsets: {}, times: {}, watermarks: {} };
  return { ...record(task, encodeAudit(audit)), timestamp };
}

function ofInstance(
  announced: Omit<InstanceRecord, 'standbys'> & Partial<Pick<InstanceRecord, 'standbys'>>,
  timestamp = 0,
): ConsumerRecord {
  const instance = { standbys: [], ...announced };
  return { ...record(instanceKey(instance.instance), encodeInstance(instance)), timestamp };
}

function closed(instance: string): ConsumerRecord {
  return record(instanceKey(instance), null);
}

function record(key: string, value: Buffer | null): ConsumerRecord {
  return { topic: 'app-audit', partition: 0, offset: 0, timestamp: 0, key: Buffer.from(key), value, headers: [] };
}
